import { expect, it } from '@jest/globals';
import { balance } from './books.ts';
import type { LedgerRow } from './ledger-rows.ts';
import type { SiteBooks, TickServed } from './site-books.ts';

function row(second: number, outcome: string, ticks = 1): LedgerRow {
  const scheduledAtMs = Date.UTC(2026, 0, 1, 0, 0, second);
  const carriedOut = outcome === 'up' || outcome === 'down';
  return {
    targetId: 7,
    locationId: 1,
    scheduledAtMs,
    startedAtMs: carriedOut ? scheduledAtMs + 1 : null,
    responseTimeMs: carriedOut ? 2_000 : null,
    outcome,
    ticks,
    errorCode: null,
    errorDetail: null,
  };
}

function site(served: Record<number, TickServed>): SiteBooks {
  const tick = (second: string) => `7/1/2026-01-01T00:00:${second.padStart(2, '0')}.000Z`;
  return {
    ticks: Object.fromEntries(Object.entries(served).map(([second, counts]) => [tick(second), counts])),
    begunAtMs: [],
    withoutTick: 0,
  };
}

const nothingWrong = {
  executed_twice: 0,
  answered_too_late: 0,
  false_downs: 0,
  false_ups: 0,
  recorded_not_requested: 0,
  executed_not_recorded: 0,
  requested_not_in_ledger: 0,
  examples: [],
};

it('balances where the ledger says what was served', () => {
  const books = balance(
    [row(0, 'up'), row(5, 'down'), row(10, 'missed', 3)],
    site({ 0: [1, 1, 0, 0], 5: [1, 0, 1, 0] }),
  );
  expect(books).toMatchObject({ requests: 2, ...nothingWrong });
});

it('finds an up that failed, a down that did not, and a result of which the site knows nothing', () => {
  const rows = [row(0, 'up'), row(5, 'down'), row(10, 'up')];
  const books = balance(rows, site({ 0: [1, 0, 1, 0], 5: [1, 1, 0, 0] }));
  expect(books).toMatchObject({ false_ups: 1, false_downs: 1, recorded_not_requested: 1 });
  expect(books.examples).toHaveLength(3);
});

it('counts ticks that were executed twice, and those executed of which the ledger says missed', () => {
  const rows = [row(0, 'up'), row(5, 'missed', 3), row(20, 'skipped')];
  const books = balance(rows, site({ 0: [3, 2, 0, 0], 10: [1, 1, 0, 0], 20: [1, 1, 0, 0] }));
  expect(books).toMatchObject({ ...nothingWrong, requests: 5, executed_twice: 2, executed_not_recorded: 2 });
});

it('finds what was requested and is not in the ledger at all', () => {
  const books = balance([row(0, 'up'), row(5, 'missed')], site({ 0: [1, 1, 0, 0], 10: [1, 1, 0, 0] }));
  expect(books).toMatchObject({ requested_not_in_ledger: 1 });
});

it('a time-out is a false down only where the site had answered in time', () => {
  const down = (second: number) => ({ ...row(second, 'down'), errorCode: 'timeout_first_byte' });
  const rows = [down(0), down(5), down(10)];
  const books = balance(
    rows,
    site({
      0: [1, 1, 0, (rows[0]?.startedAtMs ?? 0) + 1_500],
      5: [1, 1, 0, (rows[1]?.startedAtMs ?? 0) + 2_500],
      10: [1, 0, 0, 0],
    }),
  );
  expect(books).toMatchObject({ false_downs: 1, answered_too_late: 2 });
  expect(books.examples).toEqual([expect.stringContaining('2026-01-01T00:00:00.000Z')]);
});
