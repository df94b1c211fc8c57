// everytick check --through-worker: made by a worker that runs somewhere, as it checks targets.

import { type CheckReportResource, defaultLocation, EverytickError, parseTargetSpec } from '@everytick/core';
import type { CheckOrder } from '../operations/check-order.ts';
import type { Operations } from '../operations/operations.ts';
import type { PlaceFlags } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { type OutputFormat, printAs } from '../output/output-format.ts';
import { paint } from '../output/paint.ts';
import { printLine } from '../output/print.ts';
import { printCheckReport } from './check-report.ts';
import { checkLocations } from './results.ts';
import { flagLabels, givenTargetFlags, specInputOf, type TargetFlags } from './target-options.ts';
import { flagRules } from './target-rules.ts';

export interface ThroughWorkerFlags {
  readonly target?: string;
  readonly location?: string;
}

type Flags = Omit<TargetFlags, 'location'> & ThroughWorkerFlags & PlaceFlags;

export const defaultTimeout = '10s';
/** A check that is made once has no interval: the longest, so that any timeout goes with it. */
export const noInterval = '1d';

/** Prints what it came to. Throws `no_worker`, `check_impossible`, and what `Operations` throws. */
export async function checkThroughWorker(
  url: string | undefined,
  flags: Flags,
  format: OutputFormat,
): Promise<CheckReportResource> {
  const orderIn = orderOf(url, flags);
  const { method, report } = await withOperations(flags, async (operations) => {
    await checkLocations(operations, flags.location === undefined ? [] : [flags.location]);
    const { method, order } = await orderIn(operations);
    return { method, report: await operations.check(order) };
  });
  printAs(format, report, () => {
    printCheckReport(method, report);
    printLine();
    printLine(paint('dim', `by worker ${report.worker} in ${report.location}`));
  });
  return report;
}

interface OrderWithMethod {
  readonly method: string;
  readonly order: CheckOrder;
}

/** What is wrong with the flags is said at once. Throws `usage`, `target_invalid`. */
function orderOf(url: string | undefined, flags: Flags): (operations: Operations) => Promise<OrderWithMethod> {
  const { target, location = defaultLocation, ...others } = flags;
  if (target === undefined) {
    if (url === undefined) throw new EverytickError('usage', 'give a URL, or --target NAME');
    const spec = parseTargetSpec(
      specInputOf(url, { timeout: defaultTimeout, ...others }, noInterval),
      flagRules,
      flagLabels,
    );
    return () => Promise.resolve({ method: spec.options.method ?? 'GET', order: { spec, location } });
  }
  if (url !== undefined) throw new EverytickError('usage', 'give either a URL or --target, not both');
  const misplaced = givenTargetFlags(others);
  if (misplaced.length > 0) {
    throw new EverytickError(
      'usage',
      `${misplaced.join(', ')} cannot be given with --target, which is checked as it is`,
    );
  }
  return async (operations) => {
    const { id } = await operations.findTarget(target);
    const { spec } = await operations.target(id);
    return { method: String(spec['method'] ?? 'GET'), order: { targetId: id, location } };
  };
}
