// Changing a part of a target, said as a JSON merge patch (RFC 7396) of its document: what is given takes the place of what
// the target has, mappings key by key, null takes away, and lists are replaced as a whole.

import { parseTargetChanges, type TargetChanges, type TargetChangesInput } from './target-edit.ts';
import type { TargetLabels } from './target-problems.ts';
import type { TargetRules } from './target-rules.ts';

export type TargetPatch = Readonly<Record<string, unknown>>;

/** RFC 7396, 2. Changes neither of them. */
export function mergePatch(document: unknown, patch: unknown): unknown {
  if (!isMapping(patch)) return patch;
  const merged = new Map(Object.entries(isMapping(document) ? document : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  // Not by assignment: a key may be called `__proto__`.
  return Object.fromEntries(merged);
}

/**
 * What a patch changes of a target that is as its document says. Only what it touches is looked into: what was right by
 * earlier rules is no hindrance for changing something else. Throws `target_invalid` as `parseTargetChanges` does.
 */
export function changesOfPatch(
  document: Readonly<Record<string, unknown>>,
  patch: TargetPatch,
  rules: TargetRules,
  labels: TargetLabels = {},
): TargetChanges {
  const touched = Object.entries(patch).map(([key, value]) => [
    key,
    value === null ? null : mergePatch(Object.hasOwn(document, key) ? document[key] : undefined, value),
  ]);
  return parseTargetChanges(Object.fromEntries(touched) as TargetChangesInput, rules, labels);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
