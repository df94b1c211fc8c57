// How what a target says goes together with what it has from a template, its group or the defaults: mappings key by key,
// everything else as a whole.

import { type MappingPart, mappingPart, type Part } from './part.ts';

/**
 * `upper` goes before `lower`. A null in `upper` takes away what is in `lower`; where there is nothing to be taken away it
 * stays if `keepNulls`, to be refused like other empty values, and goes otherwise.
 */
export function merge(upper: MappingPart, lower: MappingPart | null, keepNulls: boolean): MappingPart {
  return mergeAt(upper, lower, keepNulls, 0);
}

function mergeAt(upper: MappingPart, lower: MappingPart | null, keepNulls: boolean, depth: number): MappingPart {
  const entries = new Map<string, Part>();
  for (const [key, part] of upper.entries) {
    const inherited = lower?.entries.get(key) ?? null;
    if (isNull(part)) {
      if (inherited === null && keepNulls) entries.set(key, part);
    } else if (part.kind === 'mapping' && isMerged(key, part, inherited, depth)) {
      const mergedInto = inherited?.kind === 'mapping' ? inherited : null;
      const merged = mergeAt(part, mergedInto, keepNulls, depth + 1);
      entries.set(key, { ...merged, keyOffset: part.keyOffset });
    } else entries.set(key, part);
  }
  for (const [key, part] of lower?.entries ?? []) if (!upper.entries.has(key)) entries.set(key, part);
  return mappingPart(upper, entries);
}

/** Two ways to say who asks make no third one, and neither do two places of a secret. */
function isMerged(key: string, upper: MappingPart, lower: Part | null, depth: number): boolean {
  if (depth === 0 && key === 'auth') return false;
  // Mappings of any keys, so that `env` is one like others.
  if (depth === 0 && (key === 'labels' || key === 'headers')) return true;
  return !isReference(upper) && (lower === null || !isReference(lower));
}

function isReference(part: Part): boolean {
  if (part.kind !== 'mapping' || part.entries.size === 0) return false;
  for (const key of part.entries.keys()) if (key !== 'env' && key !== 'file') return false;
  return true;
}

export function isNull(part: Part): boolean {
  return part.kind === 'scalar' && part.value === null;
}
