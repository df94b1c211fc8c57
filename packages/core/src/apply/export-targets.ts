// From stored targets back to a set that declares them: applying it changes nothing.

import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import { EverytickError } from '../domain/error.ts';
import { specOfRow, type TargetRow } from '../targets/target-row.ts';
import type { DeclaredState } from './plan.ts';
import type { TargetDeclaration, TargetSet } from './target-set.ts';

const declaredSql = loadSql('targets-declared');

export interface ExportFilter {
  /** Targets of this source; null: those made by hand; undefined: all. */
  readonly source?: string | null | undefined;
  readonly group?: string | undefined;
  /** All of them have to hold. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface ExportedTargets extends TargetSet {
  /** Names of those whose URL had a password, which older versions stored. It is not exported. */
  readonly passwordsLeftOut: readonly string[];
}

/** Throws `target_source_conflict` where they belong to several sets, `target_not_found` where no target passes the filter. */
export function exportTargets(database: Queryable, filter: ExportFilter = {}): Promise<ExportedTargets> {
  return exportDeclared((wanted) => readDeclared(database, wanted), filter);
}

/** The same, of targets that are read elsewhere. */
export async function exportDeclared(
  read: (filter: ExportFilter) => Promise<readonly DeclaredState[]>,
  filter: ExportFilter,
): Promise<ExportedTargets> {
  const states = await read(filter);
  if (states.length === 0 && Object.values(filter).some((wanted) => wanted !== undefined)) {
    throw new EverytickError('target_not_found', nothingFound(filter, await read({})));
  }
  const sources = countsBySource(states);
  if (sources.size > 1) {
    throw new EverytickError(
      'target_source_conflict',
      `these targets belong to several sets, and a file declares one: ${listed(sources)}; say which with ` +
        '--source NAME or --by-hand',
    );
  }
  return {
    source: states[0]?.source ?? null,
    declarations: states.map(declarationOf),
    passwordsLeftOut: states.filter(({ spec }) => new URL(spec.url).password !== '').map(({ spec }) => spec.name),
  };
}

export async function readDeclared(
  database: Queryable,
  { source, group, labels }: ExportFilter,
): Promise<DeclaredState[]> {
  const values = [source ?? null, source === null, group ?? null, JSON.stringify(labels ?? {})];
  const { rows } = await database.query<TargetRow & Omit<DeclaredState, 'spec'>>(declaredSql, values);
  return rows.map((row) => ({ spec: specOfRow(row), paused: row.paused, source: row.source }));
}

/** Running is not declared: it is what a target does unless somebody pauses it, and then that is left to them. */
function declarationOf({ spec, paused }: DeclaredState): TargetDeclaration {
  const url = new URL(spec.url);
  if (url.password === '') return { spec, paused: paused || null };
  url.password = '';
  return { spec: { ...spec, url: url.href }, paused: paused || null };
}

function countsBySource(states: readonly DeclaredState[]): ReadonlyMap<string | null, number> {
  const counts = new Map<string | null, number>();
  for (const { source } of states) counts.set(source, (counts.get(source) ?? 0) + 1);
  return counts;
}

function listed(counts: ReadonlyMap<string | null, number>): string {
  return [...counts]
    .sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1))
    .map(([source, count]) => `${source === null ? 'made by hand' : `source '${source}'`} (${count})`)
    .join(', ');
}

function nothingFound({ source, group, labels }: ExportFilter, all: readonly DeclaredState[]): string {
  const wanted = [
    ...(source === undefined ? [] : [source === null ? 'was made by hand' : `belongs to the source '${source}'`]),
    ...(group === undefined ? [] : [`is in the group '${group}'`]),
    ...Object.entries(labels ?? {}).map(([label, value]) => `has the label ${label}=${value}`),
  ];
  const there = all.length === 0 ? 'there are no targets at all' : `there are: ${listed(countsBySource(all))}`;
  return `no target ${wanted.join(' and ')}; ${there}`;
}
