// How long nothing was checked anywhere, after each kind of fault.

import type { CarriedOutFault } from './fault-injector.ts';
import { type FaultKind, faultKinds } from './fault-plan.ts';

/**
 * The longest time, in milliseconds, in which no check began, beginning after a fault of the kind and before the next
 * fault of any kind. `begunAtMs` ascending.
 */
export function longestGaps(
  faults: readonly Pick<CarriedOutFault, 'kind' | 'beganAtMs'>[],
  begunAtMs: readonly number[],
): Partial<Record<FaultKind, number>> {
  const inOrder = faults.toSorted((a, b) => a.beganAtMs - b.beganAtMs);
  const longest = new Map<FaultKind, number>();
  for (const [index, { kind, beganAtMs }] of inOrder.entries()) {
    const endsAtMs = inOrder[index + 1]?.beganAtMs ?? Number.POSITIVE_INFINITY;
    let previous = beganAtMs;
    for (const begun of begunAtMs) {
      if (begun < beganAtMs) continue;
      if (previous >= endsAtMs) break;
      longest.set(kind, Math.max(longest.get(kind) ?? 0, begun - previous));
      previous = begun;
    }
  }
  return Object.fromEntries(faultKinds.flatMap((kind) => (longest.has(kind) ? [[kind, longest.get(kind)]] : [])));
}
