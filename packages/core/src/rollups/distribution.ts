// Distributions of response times that can be added up: counts in buckets whose bounds grow by a factor, as in DDSketch (Masson, Rim,
// Lee, VLDB 2019). A value is known within (GAMMA - 1) / (GAMMA + 1) of itself, 1.96 %, and so is every percentile.

/** Bucket i holds the values above GAMMA^(i-1) and up to GAMMA^i microseconds. rollups-hour.sql has it as well. */
export const GAMMA = 1.04;

export interface Distribution {
  /** Ascending. */
  readonly buckets: readonly number[];
  /** How many values are in each. */
  readonly counts: readonly number[];
  /** The largest value, exactly; null where there is none. */
  readonly maxUs: number | null;
}

/**
 * Percentiles by nearest rank, for shares from 0 to 1, in microseconds: each within 2 % of the exact one. Null where there is no
 * value.
 */
export function percentilesUs({ buckets, counts, maxUs }: Distribution, shares: readonly number[]): (number | null)[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0 || maxUs === null) return shares.map(() => null);
  return shares.map((share) => {
    // Without the allowance 0.7 of 10 would be the eighth: 0.7 * 10 is a little more than 7.
    const rank = Math.min(total, Math.max(1, Math.ceil(share * total - 1e-9)));
    let seen = 0;
    for (const [index, count] of counts.entries()) {
      seen += count;
      if (seen >= rank) return Math.min(maxUs, middleOf(buckets[index] ?? 0));
    }
    return maxUs;
  });
}

/** As far, relatively, from either bound of the bucket. */
function middleOf(bucket: number): number {
  return bucket <= 0 ? 1 : (2 * GAMMA ** bucket) / (GAMMA + 1);
}
