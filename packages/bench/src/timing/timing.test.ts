// That each phase is compared with its own truth. How exact the figures are is for `bench timing` to say, on a quiet
// machine.

import { expect, it } from '@jest/globals';
import { Random } from '../chaos/random.ts';
import { delaysIn, drawPlans } from './check-plan.ts';
import { timing } from './timing.ts';
import { comparedPhases } from './truth.ts';

it('a name says what the server is to do', () => {
  for (const plan of drawPlans(new Random(1), 200, true)) {
    const { name, scheme, proxied, ...delays } = plan;
    expect(delaysIn(name.toUpperCase())).toEqual(delays);
    expect(scheme === 'https' || delays.tlsMs === 0).toBe(true);
    expect(proxied || delays.tunnelMs === 0).toBe(true);
  }
  expect(delaysIn('elsewhere.test')).toBeNull();
});

it('every phase has a truth that it is compared with', async () => {
  const onProgress = () => undefined;
  const [report] = await timing({ rates: [30], durationS: 3, seed: 4, blackbox: false, onProgress });
  const rows = new Map(report?.rows.map((row) => [row['phase'], row]));
  expect([...rows.keys()]).toEqual([...comparedPhases]);
  for (const row of rows.values()) {
    expect(row['failed']).toBe(0);
    // Far from what is allowed, and in the middle only: other tests keep the machine busy. A phase whose truth is missing, or
    // that of the whole check, is further off.
    expect(row['error_p50_ms']).toBeLessThan(100 + 0.2 * Number(row['truth_p50_ms']));
  }
  expect(rows.get('total')?.['checks']).toBe(90);
}, 60_000);
