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

it('every phase is near the truth', async () => {
  const onProgress = () => undefined;
  const [report] = await timing({ rates: [30], durationS: 3, seed: 4, blackbox: false, onProgress });
  const rows = new Map(report?.rows.map((row) => [row['phase'], row]));
  expect([...rows.keys()]).toEqual([...comparedPhases]);
  for (const row of rows.values()) {
    expect(row['failed']).toBe(0);
    // Ten times what is allowed, in the middle: a machine that does other things at the same time is not that far off, and
    // a phase that is compared with another one's truth is.
    expect(row['error_p50_ms']).toBeLessThan(20 + 0.2 * Number(row['truth_p50_ms']));
  }
  expect(rows.get('total')?.['checks']).toBe(90);
}, 60_000);
