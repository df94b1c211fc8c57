// What differs between what a target is and what it shall be, field by field, by the names that users write.

import { checkOptionNames } from '../targets/check-options-schema.ts';
import { targetDocument } from '../targets/target-document.ts';
import type { DeclaredState } from './plan.ts';

/** A state as users write it: a target's document with `paused` and `source`. */
export type StateDocument = Readonly<Record<string, unknown>>;

export interface FieldDifference {
  /** `every`, `labels.team`, `expect.status`: dotted below labels and options. */
  readonly field: string;
  /** As users write it; undefined where it is not there. */
  readonly before: unknown;
  readonly after: unknown;
}

export function stateDocument({ spec, paused, source }: DeclaredState): StateDocument {
  return { ...targetDocument(spec), paused, source };
}

/**
 * As deep as there are mappings; a list is one thing, and so is a secret's reference. The order of a mapping's keys and
 * that of locations say nothing.
 */
export function fieldDifferences(before: StateDocument, after: StateDocument): FieldDifference[] {
  return fields.flatMap((field) => {
    const [was, is] = [comparable(before, field), comparable(after, field)];
    if (mappings.has(field)) return within(field, (was ?? {}) as Mapping, (is ?? {}) as Mapping);
    return isSame(was, is) ? [] : [{ field, before: was, after: is }];
  });
}

const fields = [
  ...['url', 'every', 'timeout', 'match', 'locations', 'group', 'labels', 'paused', 'source'],
  ...checkOptionNames,
];
const mappings: ReadonlySet<string> = new Set(['labels', 'headers', 'auth', 'tls', 'dns', 'redirects', 'expect']);

type Mapping = Readonly<Record<string, unknown>>;

function comparable(document: StateDocument, field: string): unknown {
  const value = document[field] ?? undefined;
  return field === 'locations' ? [...(value as readonly string[])].sort() : value;
}

function within(path: string, before: Mapping, after: Mapping): FieldDifference[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(`${path}.${key}`, own(before, key), own(after, key)));
}

function differences(field: string, before: unknown, after: unknown): FieldDifference[] {
  const [was, is] = [asMapping(before), asMapping(after)];
  if (was !== null && is !== null) return within(field, was, is);
  return isSame(before, after) ? [] : [{ field, before, after }];
}

/** What has fields that can differ by themselves; what is not there has none yet. */
function asMapping(value: unknown): Mapping | null {
  if (value === undefined) return {};
  return isMapping(value) && !isReference(value) ? value : null;
}

/** As JSON has it, in which the database keeps options: -0 is 0, and undefined is absent. */
function isSame(before: unknown, after: unknown): boolean {
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.length === after.length && before.every((entry, index) => isSame(entry, after[index]));
  }
  if (!isMapping(before) || !isMapping(after)) return before === after;
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].every((key) => isSame(own(before, key), own(after, key)));
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isReference(value: Mapping): boolean {
  const [key, ...others] = Object.keys(value);
  return others.length === 0 && (key === 'env' || key === 'file');
}

/** A header may be called `constructor`. */
function own(mapping: Mapping, key: string): unknown {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}
