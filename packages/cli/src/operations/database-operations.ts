// The operations, straight at the database.

import {
  addTargets,
  applyTargets,
  changesOfPatch,
  databaseNow,
  EverytickError,
  type ExportFilter,
  editTarget,
  findTarget,
  getTarget,
  type ListedTarget,
  listLocations,
  listResultPage,
  listTargetPage,
  listWorkers,
  locationResourceOf,
  overviewOfTargets,
  type PlanOptions,
  pauseTargets,
  planResourceOf,
  planTargets,
  readDeclared,
  removeTargets,
  requestCheck,
  restoreTargets,
  resultResourceOf,
  resumeTargets,
  summarizeTarget,
  type TargetFilter,
  type TargetLabels,
  type TargetPatch,
  type TargetSet,
  type TargetSpec,
  targetDocument,
  targetResourceOf,
  uptimeOf,
} from '@everytick/core';
import type pg from 'pg';
import { flagRules } from '../commands/target-rules.ts';
import type { CheckOrder } from './check-order.ts';
import type { EditedResource, Operations, PageOrder, Period, ResultFilter } from './operations.ts';

export class DatabaseOperations implements Operations {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  now() {
    return databaseNow(this.#pool);
  }

  findTarget(nameOrId: string) {
    return findTarget(this.#pool, nameOrId);
  }

  async targetPage(filter: TargetFilter, page: PageOrder) {
    const { targets, nextCursor } = await listTargetPage(this.#pool, { ...filter, ...page });
    return { targets: targets.map(targetResourceOf), next_cursor: nextCursor };
  }

  async target(id: number) {
    return targetResourceOf(await this.#get(id));
  }

  addTargets(specs: readonly TargetSpec[]) {
    return addTargets(this.#pool, specs);
  }

  async editTarget(nameOrId: string, patch: TargetPatch, labels: TargetLabels): Promise<EditedResource> {
    const changes = (before: TargetSpec) => changesOfPatch({ ...targetDocument(before) }, patch, flagRules, labels);
    const { id, before } = await editTarget(this.#pool, nameOrId, changes, labels);
    const after = await this.#get(id);
    return { before: targetResourceOf({ ...after, ...before }), after: targetResourceOf(after) };
  }

  removeTargets(namesOrIds: readonly string[]) {
    return removeTargets(this.#pool, namesOrIds);
  }

  pauseTargets(namesOrIds: readonly string[]) {
    return pauseTargets(this.#pool, namesOrIds);
  }

  resumeTargets(namesOrIds: readonly string[]) {
    return resumeTargets(this.#pool, namesOrIds);
  }

  restoreTargets(namesOrIds: readonly string[]) {
    return restoreTargets(this.#pool, namesOrIds);
  }

  async resultPage(filter: ResultFilter, page: PageOrder) {
    const { results, nextCursor, keptSince } = await listResultPage(this.#pool, { ...filter, ...page });
    return {
      results: results.map(resultResourceOf),
      next_cursor: nextCursor,
      kept_since: keptSince?.toISOString() ?? null,
    };
  }

  summary(targetId: number, period: Partial<Period>, location: string | null) {
    return summarizeTarget(this.#pool, { targetId, ...period, ...(location === null ? {} : { location }) });
  }

  uptimes(targetIds: readonly number[], period: Partial<Period>, location: string | null) {
    return uptimeOf(this.#pool, { targetIds, ...period, ...(location === null ? {} : { location }) });
  }

  async uptimePage(page: PageOrder, period: Partial<Period>, location: string | null) {
    const ofLocation = location === null ? {} : { location };
    const { targets, nextCursor } = await listTargetPage(this.#pool, { ...ofLocation, ...page });
    const uptimes = await this.uptimes(
      targets.map(({ id }) => id),
      period,
      location,
    );
    return { targets: uptimes, next_cursor: nextCursor };
  }

  overview(filter: TargetFilter) {
    return overviewOfTargets(this.#pool, filter);
  }

  async plan(set: TargetSet, options: PlanOptions) {
    return planResourceOf(await planTargets(this.#pool, set, options), false);
  }

  async apply(set: TargetSet, options: PlanOptions) {
    return planResourceOf(await applyTargets(this.#pool, set, options), true);
  }

  declared(filter: ExportFilter) {
    return readDeclared(this.#pool, filter);
  }

  async locations() {
    return (await listLocations(this.#pool)).map(locationResourceOf);
  }

  workers() {
    return listWorkers(this.#pool);
  }

  async check({ location, ...order }: CheckOrder) {
    const { url, timeoutMs, matchPattern, options } = 'spec' in order ? order.spec : await this.#get(order.targetId);
    return requestCheck(this.#pool, { target: { url, timeoutMs, matchPattern, options }, location });
  }

  async #get(id: number): Promise<ListedTarget> {
    const target = await getTarget(this.#pool, id);
    if (target === null) throw new EverytickError('target_not_found', `there is no target '${id}'`);
    return target;
  }
}
