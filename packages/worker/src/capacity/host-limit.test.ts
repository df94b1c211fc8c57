import type { ClaimedCheck } from '@everytick/core';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HostLimit, hostOf } from './host-limit.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function check(id: number, url = 'http://slow.test/'): ClaimedCheck {
  return { target: { id, url, timeoutMs: 1_000, matchPattern: null }, scheduledAtMs: 0, nextAtMs: 0, epoch: 1 };
}

function setUp(share: number) {
  const now = { share };
  const begun: number[] = [];
  const turnedAway: number[] = [];
  const limit = new HostLimit({
    share: () => now.share,
    longestWaitMs: 1_000,
    begin: ({ target }) => begun.push(target.id),
    turnAway: ({ target }) => turnedAway.push(target.id),
  });
  return { limit, now, begun, turnedAway };
}

describe('the checks of one host', () => {
  it('begin at once up to its share, wait for one another beyond it, and go in their order', () => {
    const { limit, begun } = setUp(2);
    for (const id of [1, 2, 3, 4]) limit.offer(check(id));
    limit.offer(check(5, 'http://quick.test/'));
    expect(begun).toEqual([1, 2, 5]);
    expect(limit.waiting).toBe(2);
    limit.ended('slow.test:80');
    expect(begun).toEqual([1, 2, 5, 3]);
    limit.ended('slow.test:80');
    expect(begun).toEqual([1, 2, 5, 3, 4]);
    expect(limit.waiting).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leave a place to a check outside the schedule where none of them waits', () => {
    const { limit, begun } = setUp(2);
    limit.offer(check(1));
    expect(limit.enter('http://slow.test/other')).toBe('slow.test:80');
    expect(limit.enter('http://slow.test/')).toBeNull();
    limit.offer(check(2));
    expect(begun).toEqual([1]);
    limit.ended('slow.test:80');
    expect(begun).toEqual([1, 2]);
  });

  it('are turned away when they have waited too long, each at its time', () => {
    const { limit, turnedAway } = setUp(2);
    for (const id of [1, 2, 3]) limit.offer(check(id));
    jest.advanceTimersByTime(400);
    limit.offer(check(4));
    jest.advanceTimersByTime(599);
    expect(turnedAway).toEqual([]);
    jest.advanceTimersByTime(2);
    expect(turnedAway).toEqual([3]);
    jest.advanceTimersByTime(400);
    expect(turnedAway).toEqual([3, 4]);
    expect(limit.waiting).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('never wait in larger numbers than may run: one of them, drawn by lot, is turned away', () => {
    const { limit, turnedAway } = setUp(3);
    for (let id = 1; id <= 7; id++) limit.offer(check(id));
    expect(limit.waiting).toBe(3);
    expect(turnedAway).toHaveLength(1);
    expect([4, 5, 6, 7]).toContain(turnedAway[0]);
  });

  it('become fewer when the share does, without giving up what has begun, and more when it does', () => {
    const { limit, now, begun } = setUp(3);
    for (const id of [1, 2, 3, 4, 5, 6]) limit.offer(check(id));
    now.share = 1;
    limit.ended('slow.test:80');
    limit.ended('slow.test:80');
    expect(begun).toEqual([1, 2, 3]);
    limit.ended('slow.test:80');
    expect(begun).toEqual([1, 2, 3, 4]);
    now.share = 2;
    limit.ended('slow.test:80');
    expect(begun).toEqual([1, 2, 3, 4, 5, 6]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('come back when the worker leaves, and leave no timer behind', () => {
    const { limit, begun, turnedAway } = setUp(1);
    limit.offer(check(1));
    limit.offer(check(2));
    expect(limit.withdraw().map(({ target }) => target.id)).toEqual([2]);
    expect(jest.getTimerCount()).toBe(0);
    limit.ended('slow.test:80');
    expect([begun, turnedAway, limit.waiting]).toEqual([[1], [], 0]);
  });

  it('are all let in again once the host is quick', () => {
    const { limit, turnedAway } = setUp(10);
    for (let id = 0; id < 500; id++) limit.offer(check(id));
    for (let id = 0; id < 20; id++) limit.ended('slow.test:80');
    turnedAway.length = 0;
    for (let id = 0; id < 300; id++) {
      limit.offer(check(id));
      limit.ended('slow.test:80');
    }
    expect(turnedAway).toEqual([]);
    for (let id = 0; id < 10; id++) limit.offer(check(id));
    expect(turnedAway).toEqual([]);
  });
});

describe('a host that is asked for a multiple of what it can take', () => {
  const rounds = 60;
  const intervalMs = 10_000;

  /** How often each target ran: at fixed instants of every round, on a host that takes its time. */
  function serve(instantsMs: readonly number[], perHost: number, takesMs: number) {
    const ran = instantsMs.map(() => 0);
    let mostAtOnce = 0;
    let now = 0;
    const limit = new HostLimit({
      share: () => perHost,
      longestWaitMs: 1_000,
      random: seeded(),
      begin({ target }, host) {
        ran[target.id] = (ran[target.id] ?? 0) + 1;
        mostAtOnce = Math.max(mostAtOnce, ++now);
        setTimeout(() => {
          now--;
          limit.ended(host);
        }, takesMs);
      },
      turnAway: () => undefined,
    });
    for (let round = 0; round < rounds; round++) {
      for (const [id, instant] of instantsMs.entries()) {
        setTimeout(() => limit.offer(check(id)), round * intervalMs + instant);
      }
    }
    jest.advanceTimersByTime((rounds + 1) * intervalMs);
    expect(mostAtOnce).toBe(perHost);
    return { least: Math.min(...ran), most: Math.max(...ran), all: ran.reduce((sum, each) => sum + each, 0) };
  }

  const spread = (count: number) => Array.from({ length: count }, (_, index) => (index * intervalMs) / count);

  it.each([
    ['ends its checks at the same instants of every round', spread(60), 10, 5_000],
    ['takes a third of an interval', spread(90), 10, 3_333],
    ['is quick', spread(600), 5, 250],
    ['has few slots', spread(12), 2, 5_000],
  ])('serves every target when it %s', (_name, instants, perHost, takesMs) => {
    const { least, most, all } = serve(instants, perHost, takesMs);
    expect(least).toBeGreaterThan(0);
    // Fair does not mean idle: what the host can take, it gets nearly all of.
    expect(all).toBeGreaterThan((0.85 * rounds * intervalMs * perHost) / takesMs);
    expect(most).toBeLessThan(rounds * 0.75);
  });
});

it('hosts are told apart by name and port, whatever the scheme and the letters', () => {
  expect(hostOf('HTTP://Example.ORG/a')).toBe('example.org:80');
  expect(hostOf('https://example.org/b?c')).toBe('example.org:443');
  expect(hostOf('http://example.org:443/')).toBe(hostOf('https://user:secret@example.org'));
  expect(hostOf('http://[::1]:8080/')).toBe('[::1]:8080');
  expect(hostOf('nonsense')).toBe('nonsense');
});

/** mulberry32: the same numbers in every run. */
function seeded(): () => number {
  let state = 7;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
