// The three seams of the pipeline:
//
//   WorkScheduler --ClaimedCheck--> MonitoringWorker --Target--> TargetFetcher --FetchResult--> evaluate
//                                                                                                  |
//                                                    ResultProcessor[]  <------- CheckResult ------+

import type { CheckResult, ClaimedCheck, FetchResult } from './check.ts';
import type { Target } from './target.ts';

export interface Claim {
  readonly checks: readonly ClaimedCheck[];
  /** Ticks that this claim passed over and wrote as `missed`. */
  readonly ticksMissed: number;
  /** When the next tick is due that this claim did not take, by the database clock; null if none is known. */
  readonly nextDueAtMs: number | null;
}

export interface FinishReport {
  /** Results that are in the ledger now. */
  readonly recorded: number;
  /** Results that were dropped because their lease had passed to someone else. */
  readonly lost: number;
}

/** Hands out due ticks and takes back their results. All of its methods reject when the schedule cannot be reached. */
export interface WorkScheduler {
  /** Claims at most `limit` ticks that are due now or within the horizon. An empty claim is no error. */
  claim(limit: number): Promise<Claim>;
  /** Records results and closes their leases, all or none. Once it resolves, the results are durable. */
  finish(results: readonly CheckResult[]): Promise<FinishReport>;
  /** Gives back ticks that were claimed and not begun, so that another worker can run them. */
  release(checks: readonly ClaimedCheck[]): Promise<void>;
}

/** Carries out one check of a target. Never rejects: whatever happens is in the result. */
export interface TargetFetcher {
  fetch(target: Target): Promise<FetchResult>;
  /** Ends what is still under way and frees its sockets. */
  close(): Promise<void>;
}

/** Takes each result once, after it is durable. What it throws is logged, and what it awaits delays no check. */
export interface ResultProcessor {
  process(results: readonly CheckResult[]): void;
}
