// What the short commands do, whoever does it for them: the database itself, or a coordinator that is asked over HTTP. The
// documents are those of the API either way. Each throws `EverytickError` with the same codes.

import type {
  CheckReportResource,
  DeclaredState,
  ExportFilter,
  LocationResource,
  NamedTarget,
  Outcome,
  OverviewResource,
  PausedTarget,
  PlanOptions,
  PlanResource,
  RestoredTarget,
  ResultPage,
  SummaryResource,
  TargetFilter,
  TargetLabels,
  TargetPage,
  TargetPatch,
  TargetResource,
  TargetSet,
  TargetSpec,
  UptimePage,
  UptimeResource,
  WorkerResource,
} from '@everytick/core';
import type { CheckOrder } from './check-order.ts';

export interface ResultFilter {
  /** Any of them; all present ones if left out. */
  readonly targetIds?: readonly number[];
  /** Scheduled at this moment or later. */
  readonly from?: Date;
  /** Scheduled before this moment. */
  readonly to?: Date;
  /** Any of them. */
  readonly outcomes?: readonly Outcome[];
  /** Any of them. */
  readonly locations?: readonly string[];
}

export interface Period {
  readonly from: Date;
  readonly to: Date;
}

export interface PageOrder {
  /** 1 to `longestPage` of what is listed. */
  readonly limit: number;
  /** `next_cursor` of the page before. */
  readonly cursor?: string;
}

export const longestPage = { targets: 200, results: 1_000, uptimes: 100 } as const;

export interface EditedResource {
  readonly before: TargetResource;
  readonly after: TargetResource;
}

export interface Operations {
  /** Now, by the clock that the schedule goes by. */
  now(): Promise<Date>;
  /** The target of a name or, failing that, of an id; removed ones included. Throws `target_not_found`. */
  findTarget(nameOrId: string): Promise<NamedTarget>;
  /** By name. */
  targetPage(filter: TargetFilter, page: PageOrder): Promise<TargetPage>;
  /** Removed ones included. Throws `target_not_found`. */
  target(id: number): Promise<TargetResource>;
  /** Adds all of them or none. Throws `target_name_taken`. */
  addTargets(specs: readonly TargetSpec[]): Promise<NamedTarget[]>;
  /**
   * Changes a present target, found by name or id. Throws `target_not_found`, `target_name_taken`, `target_invalid` that
   * calls fields by `labels`, and `target_changed` where others keep changing it.
   */
  editTarget(nameOrId: string, patch: TargetPatch, labels: TargetLabels): Promise<EditedResource>;
  /** This and the next three find all of them before they begin. Throw `target_not_found`. */
  removeTargets(namesOrIds: readonly string[]): Promise<NamedTarget[]>;
  pauseTargets(namesOrIds: readonly string[]): Promise<PausedTarget[]>;
  resumeTargets(namesOrIds: readonly string[]): Promise<PausedTarget[]>;
  /** By name it is the one that was removed last. Throws `target_name_taken` as well. */
  restoreTargets(namesOrIds: readonly string[]): Promise<RestoredTarget[]>;
  /** Newest first. */
  resultPage(filter: ResultFilter, page: PageOrder): Promise<ResultPage>;
  /** Of the last 24 hours where the period has no beginning, up to now where it has no end. */
  summary(targetId: number, period: Partial<Period>, location: string | null): Promise<SummaryResource>;
  /** Of these, removed ones among them, in this order; of the last 30 days where the period has no beginning. */
  uptimes(targetIds: readonly number[], period: Partial<Period>, location: string | null): Promise<UptimeResource[]>;
  /** Of present targets, by name. */
  uptimePage(page: PageOrder, period: Partial<Period>, location: string | null): Promise<UptimePage>;
  overview(filter: TargetFilter): Promise<OverviewResource>;
  /** What `apply` would change. Throws `target_source_conflict`. */
  plan(set: TargetSet, options: PlanOptions): Promise<PlanResource>;
  /** In one transaction. Throws `target_source_conflict`, `targets_busy`. */
  apply(set: TargetSet, options: PlanOptions): Promise<PlanResource>;
  /** What targets are, for a set that declares them. */
  declared(filter: ExportFilter): Promise<DeclaredState[]>;
  locations(): Promise<LocationResource[]>;
  workers(): Promise<WorkerResource[]>;
  /** Has a worker check once, outside the schedule. Throws `no_worker` where nobody takes it in time. */
  check(order: CheckOrder): Promise<CheckReportResource>;
}
