// Which targets somebody asks for: every condition that is given has to hold.

import type { TargetState } from '../api/target-resource.ts';
import { EverytickError } from '../domain/error.ts';

export interface TargetFilter {
  /** The whole of it. */
  readonly name?: string | undefined;
  /** Part of the name or of the URL's host, in small or capital letters. */
  readonly search?: string | undefined;
  readonly group?: string | undefined;
  /** All of them. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Checked from there, perhaps among others. */
  readonly location?: string | undefined;
  /** The set that it belongs to; null: those made by hand. */
  readonly source?: string | null | undefined;
  /** Any of these. */
  readonly states?: readonly TargetState[] | undefined;
  /** Removed ones instead of present ones. */
  readonly deleted?: boolean | undefined;
}

/** As the statements take it, from $1 to $8; states are not in it. Throws `usage`. */
export function filterValues(filter: TargetFilter): unknown[] {
  const { name, search, group, labels, location, source, deleted = false } = filter;
  const texts = [name, search, group, location, source, ...Object.entries(labels ?? {}).flat()];
  // PostgreSQL has no such character.
  if (texts.some((text) => text?.includes('\0'))) {
    throw new EverytickError('usage', 'a filter holds the character U+0000, which no target can have');
  }
  return [
    deleted,
    name ?? null,
    search?.toLowerCase() ?? null,
    group ?? null,
    JSON.stringify(labels ?? {}),
    location ?? null,
    source !== undefined,
    source ?? null,
  ];
}
