// What a plan does not show, but whoever applies it should know: on standard error, so that what a program reads stays
// clean.

import { type CheckOptions, type LocationResource, type PlanResource, workerSettings } from '@everytick/core';
import type { Operations } from '../operations/operations.ts';
import { unstaffedNote } from './locations.ts';

const mostNamed = 5;
const nowhere = { workers: 0, last_seen_at: null, targets: 0, oldest_overdue_tick: null, overdue_ms: null };

/** A line for each location of changed targets that has no workers, and one for secrets that workers may refuse. */
export async function planNotes(operations: Operations, { changes }: PlanResource): Promise<string[]> {
  const concerned = new Set(changes.flatMap(({ after }) => (after?.['locations'] as string[] | undefined) ?? []));
  const locations: LocationResource[] = concerned.size === 0 ? [] : await operations.locations();
  const known = new Map(locations.map((location) => [location.name, location]));
  // What is to be made has no worker either, and may be a misspelt name.
  const unstaffed = [...concerned]
    .map((name) => known.get(name) ?? { ...nowhere, name })
    .filter(({ workers }) => workers === 0);
  return [...unstaffed.map(unstaffedNote), ...secretNotes(changes)];
}

function secretNotes(changes: PlanResource['changes']): string[] {
  const prefix = workerSettings.secretEnvPrefix.defaultText;
  const names = new Set(changes.flatMap(({ after }) => (after === null ? [] : secretNames(after as CheckOptions))));
  const outside = [...names].filter((name) => !name.startsWith(prefix)).sort();
  if (outside.length === 0) return [];
  const more = outside.length > mostNamed ? ` and ${outside.length - mostNamed} more` : '';
  return [
    `workers read secrets from variables that begin with ${prefix}, unless EVERYTICK_SECRET_ENV_PREFIX says otherwise; ` +
      `other names here: ${outside.slice(0, mostNamed).join(', ')}${more}`,
  ];
}

function secretNames({ headers, body, auth, tls, proxy }: CheckOptions): string[] {
  const texts = [
    ...Object.values(headers ?? {}),
    ...[body, proxy, auth?.bearer, auth?.basic?.username, auth?.basic?.password],
    ...[auth?.oauth2?.client_id, auth?.oauth2?.client_secret],
    ...[tls?.ca, tls?.crl, tls?.certificate?.cert, tls?.certificate?.key],
  ];
  return texts.flatMap((text) => (typeof text === 'object' && 'env' in text ? [text.env] : []));
}

export function printNotes(notes: readonly string[]): void {
  for (const note of notes) process.stderr.write(`note: ${note}\n`);
}
