// A target with what it is doing: the result that decides its state, whether it is paused or in maintenance.

import type { CheckErrorCode, Outcome, PassedErrorCode } from '../domain/outcome.ts';
import { specOfRow } from './target-row.ts';
import type { TargetSpec } from './target-spec.ts';

/** Of the newest rows of a target's ledger, one for each of its locations, the worst: it decides the target's state. */
export interface LastResult {
  readonly location: string;
  readonly scheduledAt: Date;
  /** Null where the tick was never carried out. */
  readonly startedAt: Date | null;
  readonly outcome: Outcome;
  readonly httpStatus: number | null;
  readonly responseTimeUs: number | null;
  readonly errorCode: CheckErrorCode | PassedErrorCode | null;
  readonly errorDetail: string | null;
  readonly ticks: number;
}

export interface ListedTarget extends TargetSpec {
  readonly id: number;
  readonly paused: boolean;
  /** The set that it belongs to; null where it was made by hand. */
  readonly source: string | null;
  /** Whether a maintenance window is running that has this target. */
  readonly inMaintenance: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt: Date | null;
  readonly lastResult: LastResult | null;
}

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver gives it
export function listedTargetOfRow(row: any): ListedTarget {
  return {
    id: row.id,
    ...specOfRow(row),
    paused: row.paused,
    source: row.source,
    inMaintenance: row.in_maintenance,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    lastResult:
      row.scheduled_at === null
        ? null
        : {
            location: row.result_location,
            scheduledAt: row.scheduled_at,
            startedAt: row.started_at,
            outcome: row.outcome,
            httpStatus: row.http_status,
            responseTimeUs: row.response_time_us,
            errorCode: row.error_code,
            errorDetail: row.error_detail,
            ticks: row.ticks,
          },
  };
}
