import type { ClaimedCheck } from '@everytick/core';
import { atEnd, eventually } from '@everytick/testing';
import { expect, it } from '@jest/globals';
import { Agenda } from './agenda.ts';

/** An agenda whose clock is the monotonic one, until a test sets it. */
function setUp(beatMs = 1) {
  const begun: { id: number; atMs: number; lateMs: number }[] = [];
  const clock = { aheadMs: 0 };
  const agenda = new Agenda({
    untilDueMs: ({ scheduledAtMs }) => scheduledAtMs - performance.now() - clock.aheadMs,
    onDue: ({ target, scheduledAtMs }) => {
      const atMs = performance.now();
      begun.push({ id: target.id, atMs, lateMs: atMs - scheduledAtMs });
    },
    absurdMs: 5_000,
    beatMs,
  });
  atEnd(() => Promise.resolve(agenda.stop()));
  let lastId = 0;
  const inMs = (...delays: number[]) => {
    const now = performance.now();
    agenda.add(delays.map((delayMs) => ({ check: checkAt(++lastId, now + delayMs), beginBefore: now + 60_000 })));
  };
  return { agenda, begun, clock, inMs };
}

function checkAt(id: number, scheduledAtMs: number): ClaimedCheck {
  const target = { id, url: 'http://example.org', timeoutMs: 1_000, matchPattern: null };
  return { target, scheduledAtMs, nextAtMs: scheduledAtMs + 60_000, epoch: 1 };
}

it('begins each check at its instant and never before it, in their order', async () => {
  const { agenda, begun, inMs } = setUp();
  inMs(90, 30, 61.5);
  inMs(10.2, 120);
  expect(agenda.size).toBe(5);
  await eventually(() => begun.length === 5);
  expect(begun.map(({ id }) => id)).toEqual([4, 2, 3, 1, 5]);
  expect(Math.min(...begun.map(({ lateMs }) => lateMs))).toBeGreaterThanOrEqual(0);
  expect(agenda.size).toBe(0);
});

it('begins at once what is due already, or overdue', () => {
  const { begun, inMs } = setUp();
  inMs(50, -20, 0);
  expect(begun.map(({ id }) => id)).toEqual([2, 3]);
});

it('begins together what becomes due within one beat, none of it early', async () => {
  const { begun, inMs } = setUp(10);
  inMs(...Array.from({ length: 100 }, (_, index) => index));
  await eventually(() => begun.length === 100);
  const turns = begun.filter(({ atMs }, index) => index === 0 || atMs - (begun[index - 1]?.atMs ?? 0) > 4);
  expect(turns.length).toBeLessThanOrEqual(20);
  expect(Math.min(...begun.map(({ lateMs }) => lateMs))).toBeGreaterThanOrEqual(0);
});

it('holds on to what is in it when it was stopped, and begins none of it', async () => {
  const { agenda, begun, inMs } = setUp();
  inMs(10, 20);
  agenda.stop();
  inMs(-1);
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(begun).toEqual([]);
  expect(agenda.checks.map(({ target }) => target.id).sort()).toEqual([1, 2, 3]);
  agenda.clear();
  expect(agenda.size).toBe(0);
});
