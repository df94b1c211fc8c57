// The three seams of the pipeline:
//
//   WorkScheduler --ClaimedCheck--> MonitoringWorker --Target--> TargetFetcher --FetchResult--> evaluate
//                                                                                                  |
//                                                    ResultProcessor[]  <------- CheckResult ------+

import type { CheckResult, ClaimedCheck, FetchResult } from './check.ts';
import type { PassedErrorCode } from './outcome.ts';
import type { Target } from './target.ts';

/** Why a worker left due ticks lying: it had no room for them, or could not reach the schedule. */
export type UnclaimedReason = Extract<PassedErrorCode, 'overload' | 'database_down'>;

export interface Claim {
  readonly checks: readonly ClaimedCheck[];
  /** Ticks that this claim passed over and wrote as `missed`. */
  readonly ticksMissed: number;
  /** When the next tick is due that this claim did not take, by the database clock; null if none is known. */
  readonly nextDueAtMs: number | null;
}

/** What became of a batch. A check that was never begun and lost its lease is in none of these: nothing was lost. */
export interface FinishReport {
  /** Results that are in the ledger since now. */
  readonly recorded: number;
  /** Results that were in the ledger already: an earlier attempt committed, and its answer was lost. */
  readonly repeated: number;
  /** Executions whose results were dropped because their lease had passed to someone else. */
  readonly lost: number;
}

/** Hands out due ticks and takes back their results. All of its methods reject when the schedule cannot be reached. */
export interface WorkScheduler {
  /**
   * Claims at most `limit` ticks that are due now or within the horizon. An empty claim is no error. `unclaimedBecause` is
   * why ticks that this claim passes over had not been claimed before, as far as this worker knows.
   */
  claim(limit: number, unclaimedBecause?: UnclaimedReason | null): Promise<Claim>;
  /** Records results and closes their leases, all or none. Once it resolves, the results are durable. */
  finish(results: readonly CheckResult[]): Promise<FinishReport>;
  /**
   * Gives back ticks that were claimed and not begun, so that another worker can run them. Resolves with how many that
   * were: leases of the others had passed to somebody else.
   */
  release(checks: readonly ClaimedCheck[]): Promise<number>;
}

/** Values by name, in small letters. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** As in `Phases`, in the order in which a check goes through them. */
export type PhaseName = 'dns_wait' | 'dns' | 'connect' | 'tls' | 'request' | 'first_byte' | 'download';

/** Hears of a check while it is carried out. Moments are of the monotonic clock, in milliseconds. */
export interface FetchWatch {
  /** Each hop of a redirect goes through the phases again. */
  entered(phase: PhaseName, atMonotonicMs: number): void;
  /** Before the next hop begins. `url` may hold secrets. */
  redirected(status: number, url: string): void;
}

/** Carries out one check of a target. Never rejects: whatever happens is in the result. */
export interface TargetFetcher {
  /** `headers` go with the request to the target's own origin, and on no redirect to another one. */
  fetch(target: Target, headers?: RequestHeaders, watch?: FetchWatch): Promise<FetchResult>;
  /** Ends what is still under way and frees its sockets. */
  close(): Promise<void>;
}

/** Takes each result once, after it is durable. What it throws is logged, and what it awaits delays no check. */
export interface ResultProcessor {
  process(results: readonly CheckResult[]): void;
}
