// The operations, at the API of a coordinator.

import { setTimeout as delay } from 'node:timers/promises';
import {
  type CheckReportResource,
  type DeclaredState,
  EverytickError,
  type ExportFilter,
  type LocationResource,
  type NamedTarget,
  nameTaken,
  type OverviewResource,
  type PausedTarget,
  type PlanOptions,
  type PlanResource,
  quotedList,
  type RestoredTarget,
  type ResultPage,
  refuseRepeatedNames,
  type SummaryResource,
  type TargetFilter,
  type TargetLabels,
  type TargetPage,
  type TargetPatch,
  type TargetResource,
  type TargetSet,
  type TargetSpec,
  targetDocument,
  targetsNotFound,
  type UptimePage,
  type UptimeResource,
  type WorkerResource,
} from '@everytick/core';
import { ApiClient } from './api-client.ts';
import type { CheckOrder } from './check-order.ts';
import { checkPatch } from './check-patch.ts';
import { declaredState } from './declared-state.ts';
import { findTargets } from './find-targets.ts';
import type { EditedResource, Operations, PageOrder, Period, ResultFilter } from './operations.ts';
import { targetsUpTo } from './pages.ts';
import type { ApiPlace } from './place.ts';

/** How often a change is tried again that met another one of the same target. */
const mostAttempts = 30;
const longestPauseMs = 200;

export class ApiOperations implements Operations {
  readonly #api: ApiClient;

  constructor(place: ApiPlace) {
    this.#api = new ApiClient(place);
  }

  /** The coordinator's clock, to the second: the database is out of sight. */
  async now(): Promise<Date> {
    const { date } = await this.#api.send({ path: '/locations' });
    return date ?? new Date();
  }

  async findTarget(nameOrId: string): Promise<NamedTarget> {
    const { found } = await findTargets(this, [nameOrId], 'any');
    if (found[0] === undefined) throw new EverytickError('target_not_found', `there is no target '${nameOrId}'`);
    return { id: found[0].id, name: found[0].name };
  }

  targetPage(filter: TargetFilter, { limit, cursor }: PageOrder): Promise<TargetPage> {
    return this.#get('/targets', { ...queryOf(filter), limit, cursor });
  }

  target(id: number): Promise<TargetResource> {
    return this.#get(`/targets/${id}`);
  }

  async addTargets(specs: readonly TargetSpec[]): Promise<NamedTarget[]> {
    refuseRepeatedNames(specs);
    const [only] = specs;
    if (specs.length !== 1 || only === undefined) return this.#addMany(specs);
    const { id, name } = await this.#post<TargetResource>('/targets', targetDocument(only));
    return [{ id, name }];
  }

  /** All or none is what `apply` does; what it would do is looked at first, for it would change targets as well. */
  async #addMany(specs: readonly TargetSpec[]): Promise<NamedTarget[]> {
    const set = { source: null, declarations: specs.map((spec) => ({ spec, paused: null })) };
    const options = { prune: false, adopt: false };
    const nothingAdded = 'exists already; nothing was added. Choose another name.';
    const planned = await this.plan(set, options).catch((error) => {
      if (!(error instanceof EverytickError) || error.code !== 'target_source_conflict') throw error;
      throw new EverytickError('target_name_taken', `${error.message}; nothing was added`, { cause: error });
    });
    const free = new Set(planned.changes.filter(({ action }) => action === 'add').map(({ name }) => name));
    const taken = specs.map(({ name }) => name).filter((name) => !free.has(name));
    if (taken.length > 0) throw nameTaken(taken, nothingAdded);
    const applied = await this.apply(set, options);
    const ids = new Map(applied.changes.map(({ name, id }) => [name, id]));
    return specs.map(({ name }) => ({ id: ids.get(name) ?? Number.NaN, name }));
  }

  async editTarget(nameOrId: string, patch: TargetPatch, labels: TargetLabels): Promise<EditedResource> {
    for (let attempt = 1; ; attempt++) {
      const [{ id }] = (await this.#present([nameOrId])) as [TargetResource];
      const { document: before, etag } = await this.#api.send<TargetResource>({ path: `/targets/${id}` });
      checkPatch(before, patch, labels);
      try {
        const { document: after } = await this.#api.send<TargetResource>({
          method: 'PATCH',
          path: `/targets/${id}`,
          body: patch,
          ...(etag === null ? {} : { ifMatch: etag }),
        });
        return { before, after };
      } catch (error) {
        const again = error instanceof EverytickError && error.code === 'target_changed' && attempt < mostAttempts;
        if (!again) throw error;
        await delay(Math.random() * longestPauseMs);
      }
    }
  }

  removeTargets(namesOrIds: readonly string[]): Promise<NamedTarget[]> {
    return this.#each(namesOrIds, async ({ id, name }) => {
      await this.#api.send({ method: 'DELETE', path: `/targets/${id}` });
      return { id, name };
    });
  }

  pauseTargets(namesOrIds: readonly string[]): Promise<PausedTarget[]> {
    return this.#each(namesOrIds, async ({ id, name, paused }) => {
      await this.#post(`/targets/${id}/pause`);
      return { id, name, changed: !paused };
    });
  }

  resumeTargets(namesOrIds: readonly string[]): Promise<PausedTarget[]> {
    return this.#each(namesOrIds, async ({ id, name, paused }) => {
      await this.#post(`/targets/${id}/resume`);
      return { id, name, changed: paused };
    });
  }

  async restoreTargets(namesOrIds: readonly string[]): Promise<RestoredTarget[]> {
    const { found, unknown } = await findTargets(this, namesOrIds, 'removed');
    if (unknown.length > 0) {
      const { unknown: absent } = await findTargets(this, unknown, 'present');
      const present = unknown.filter((given) => !absent.includes(given));
      const problems = [
        ...(absent.length > 0 ? [`there is no removed target ${quotedList(absent)}`] : []),
        ...(present.length > 0 ? [`target ${quotedList(present)} is not removed`] : []),
      ];
      throw new EverytickError('target_not_found', `${problems.join('; ')}; nothing was restored`);
    }
    return inTurn(found, async ({ id, name }) => {
      const { paused } = await this.#post<TargetResource>(`/targets/${id}/restore`);
      return { id, name, paused };
    });
  }

  resultPage(filter: ResultFilter, { limit, cursor }: PageOrder): Promise<ResultPage> {
    return this.#get('/results', {
      target: filter.targetIds,
      outcome: filter.outcomes,
      location: filter.locations,
      from: filter.from?.toISOString(),
      to: filter.to?.toISOString(),
      limit,
      cursor,
    });
  }

  summary(targetId: number, { from, to }: Partial<Period>, location: string | null): Promise<SummaryResource> {
    return this.#get(`/targets/${targetId}/summary`, {
      from: from?.toISOString(),
      to: to?.toISOString(),
      location: location ?? undefined,
    });
  }

  async uptimes(
    targetIds: readonly number[],
    period: Partial<Period>,
    location: string | null,
  ): Promise<UptimeResource[]> {
    const uptimes: UptimeResource[] = [];
    for (const id of targetIds) {
      uptimes.push(await this.#get(`/targets/${id}/uptime`, { ...momentsOf(period), location: location ?? undefined }));
    }
    return uptimes;
  }

  uptimePage({ limit, cursor }: PageOrder, period: Partial<Period>, location: string | null): Promise<UptimePage> {
    return this.#get('/uptime', { ...momentsOf(period), location: location ?? undefined, limit, cursor });
  }

  overview(filter: TargetFilter): Promise<OverviewResource> {
    return this.#get('/overview', queryOf(filter));
  }

  plan(set: TargetSet, options: PlanOptions): Promise<PlanResource> {
    return this.#post('/plan', setBody(set, options));
  }

  apply(set: TargetSet, options: PlanOptions): Promise<PlanResource> {
    return this.#post('/apply', setBody(set, options));
  }

  async declared(filter: ExportFilter): Promise<DeclaredState[]> {
    const { items } = await targetsUpTo(this, filter, Number.POSITIVE_INFINITY);
    return items.map(declaredState);
  }

  async locations(): Promise<LocationResource[]> {
    return (await this.#get<{ locations: LocationResource[] }>('/locations')).locations;
  }

  async workers(): Promise<WorkerResource[]> {
    return (await this.#get<{ workers: WorkerResource[] }>('/workers')).workers;
  }

  check({ location, ...order }: CheckOrder): Promise<CheckReportResource> {
    const what = 'spec' in order ? { spec: targetDocument(order.spec) } : { target_id: order.targetId };
    return this.#post('/check', { ...what, location });
  }

  async #each<Done>(namesOrIds: readonly string[], work: (target: TargetResource) => Promise<Done>): Promise<Done[]> {
    return inTurn(await this.#present(namesOrIds), work);
  }

  /** Throws `target_not_found` with all that name no present target. */
  async #present(namesOrIds: readonly string[]): Promise<TargetResource[]> {
    const { found, unknown } = await findTargets(this, namesOrIds, 'present');
    if (unknown.length > 0) throw targetsNotFound(unknown);
    return found;
  }

  async #get<Document>(path: string, query: Parameters<ApiClient['send']>[0]['query'] = {}): Promise<Document> {
    return (await this.#api.send<Document>({ path, query })).document;
  }

  async #post<Document>(path: string, body?: unknown): Promise<Document> {
    return (await this.#api.send<Document>({ method: 'POST', path, ...(body === undefined ? {} : { body }) })).document;
  }
}

/** One after the other. An error says what was done before it. */
async function inTurn<Item extends { readonly name: string }, Done>(
  items: readonly Item[],
  work: (item: Item) => Promise<Done>,
): Promise<Done[]> {
  const done: Done[] = [];
  for (const item of items) {
    try {
      done.push(await work(item));
    } catch (error) {
      if (!(error instanceof EverytickError) || done.length === 0) throw error;
      const names = quotedList(items.slice(0, done.length).map(({ name }) => name));
      throw new EverytickError(error.code, `'${item.name}': ${error.message}\nbefore that it was done for ${names}`, {
        cause: error,
      });
    }
  }
  return done;
}

function setBody({ source, declarations }: TargetSet, options: PlanOptions) {
  const targets = declarations.map(({ spec, paused }) => ({
    ...targetDocument(spec),
    ...(paused === null ? {} : { paused }),
  }));
  return { source, ...options, targets };
}

function momentsOf({ from, to }: Partial<Period>) {
  return { from: from?.toISOString(), to: to?.toISOString() };
}

function queryOf(filter: TargetFilter) {
  const { name, search, group, location, source, states, deleted } = filter;
  const label = Object.entries(filter.labels ?? {}).map(([key, value]) => `${key}:${value}`);
  return {
    name,
    search,
    group,
    label,
    location,
    source: source === null ? '' : source,
    state: states,
    deleted: deleted === true ? true : undefined,
  };
}
