import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { Answer } from './answer.ts';
import { writeAnswer } from './exposition.ts';
import { readTargetRows } from './target-row.ts';

const ROWS = 20_000;

it('unpacks and writes in pieces, between which everything else in the process has its turn', async () => {
  let begun = 0;
  /** Tells when somebody takes it apart. */
  class CountedRow extends Array<string | null> {
    override slice(from?: number, to?: number): (string | null)[] {
      if (from !== undefined && from > 0) begun += 1;
      return Array.from(this).slice(from, to);
    }
  }
  const [columns, scheduledAtMs] = [12, '1770000000000'];
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const row = new CountedRow(columns).fill(null);
    row.splice(0, 4, String(ROWS), `target ${index}`, `https://shop.example/${index}`, 'default');
    row.splice(6, 6, 'up', 'up', '123456', null, scheduledAtMs, '\\x030000d00f01');
    return row;
  });
  const read = await readTargetRows({ query: () => Promise.resolve({ rows }) } as never, ROWS);
  expect(begun).toBe(0);

  const answer = new Answer();
  const written = writeAnswer(answer, read, 0);
  const pieces: number[] = [];
  for (let before = 0; before < ROWS; before = begun) {
    await turn();
    pieces.push(begun - before);
  }
  await written;
  // 5 ms each, about, however fast this machine is today: several at least.
  expect(Math.max(...pieces)).toBeLessThan(ROWS / 2);
});
