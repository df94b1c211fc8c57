import { describe, expect, test } from '@jest/globals';
import { Turns } from './turns.ts';

const turnsOf = (more: object = {}) =>
  new Turns({ atOnce: 1, mostWaiting: 2, longestWaitMs: 10_000, work: 'things', ...more });
const busy = expect.objectContaining({
  status: 503,
  code: 'unavailable',
  headers: { 'retry-after': '5' },
  message: 'the API is busy with other things; try again later',
});

describe('a turn', () => {
  test('comes in the order of asking, and is refused while too many wait', async () => {
    const turns = turnsOf();
    const order: number[] = [];
    const first = await turns.take();
    const waiting = [1, 2].map((n) =>
      turns.take().then((giveBack) => {
        order.push(n);
        return giveBack;
      }),
    );
    await expect(turns.take()).rejects.toEqual(busy);
    first();
    // What is given back twice lets nobody in twice.
    first();
    (await waiting[0])?.();
    (await waiting[1])?.();
    expect(order).toEqual([1, 2]);
    (await turns.take())();
  });

  test('is not waited for longer than allowed, and then taken by others', async () => {
    const turns = turnsOf({ longestWaitMs: 20 });
    const first = await turns.take();
    await expect(turns.take()).rejects.toEqual(busy);
    first();
    (await turns.take())();
  });

  test('is not given to whoever has gone', async () => {
    const turns = turnsOf();
    const first = await turns.take();
    const gone = new AbortController();
    const left = turns.take(gone.signal);
    const next = turns.take();
    gone.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    first();
    (await next)();
    await expect(turns.take(gone.signal)).rejects.toThrow('gone');
  });

  test('is given back by work that fails', async () => {
    const turns = turnsOf();
    await expect(turns.during(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await turns.during(() => Promise.resolve(1))).toBe(1);
  });
});
