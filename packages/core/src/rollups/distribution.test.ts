import { createTestDatabase } from '@everytick/testing';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadSql } from '../database/sql.ts';
import { percentilesUs } from './distribution.ts';

/** The expression of the statement itself. */
const bucketOf = /ceil\(ln\(greatest\(us, 1\).*?::smallint/.exec(loadSql('rollups-hour'))?.[0] ?? '';

test('percentiles are within 2 % of the exact ones by nearest rank, whatever was measured', async () => {
  await using database = await createTestDatabase();
  const responses = fc.array(
    fc.oneof(
      fc.integer({ min: 0, max: 120_000_000 }),
      // As much of the small as of the large.
      fc.double({ min: 0, max: Math.log(120_000_000), noNaN: true }).map((ln) => Math.round(Math.exp(ln))),
      fc.constantFrom(0, 1, 2, 25, 26, 1_000_000),
    ),
    { minLength: 1, maxLength: 300, size: 'max' },
  );
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(responses, shares, async (values, asked) => {
      const { rows } = await database.query<{ buckets: number[]; counts: number[] }>(
        `SELECT array_agg(bucket ORDER BY bucket) AS buckets, array_agg(n ORDER BY bucket) AS counts
         FROM (SELECT ${bucketOf} AS bucket, count(*)::integer AS n FROM unnest($1::integer[]) AS us GROUP BY 1) AS b`,
        [values],
      );
      const sorted = values.toSorted((a, b) => a - b);
      const maxUs = sorted.at(-1) ?? null;
      const { buckets = [], counts = [] } = rows[0] ?? {};
      const found = percentilesUs({ buckets, counts, maxUs }, [...asked, 0.5, 0.99, 1]);
      for (const [index, share] of [...asked, 0.5, 0.99, 1].entries()) {
        const exact = sorted[Math.max(1, Math.ceil(share * sorted.length - 1e-9)) - 1] as number;
        // A response time of less than a microsecond counts as one.
        expect(Math.abs((found[index] as number) - exact)).toBeLessThanOrEqual(
          Math.max(0.02 * exact, exact === 0 ? 1 : 0),
        );
      }
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('where nothing was measured there are no percentiles', () => {
  expect(percentilesUs({ buckets: [], counts: [], maxUs: null }, [0.5, 1])).toEqual([null, null]);
});
