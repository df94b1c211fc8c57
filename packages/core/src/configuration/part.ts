// What stands in configuration files, as values of which each knows its place: whatever is wrong with one can be told with
// where it stands, also after values from several places have been merged.

import type { ConfigurationFile } from './configuration.ts';

export type Path = readonly (string | number)[];
export type Scalar = string | number | boolean | null;

export interface Place {
  readonly file: ConfigurationFile;
  /** In characters, from the beginning of the file's text. */
  readonly offset: number;
}

interface Placed extends Place {
  /** Of the key under which it stands; null where it stands under none. */
  readonly keyOffset: number | null;
  /** How many values there are in it, itself among them; what aliases stand for counts again with each of them. */
  readonly size: number;
}

export interface ScalarPart extends Placed {
  readonly kind: 'scalar';
  readonly value: Scalar;
}

export interface ListPart extends Placed {
  readonly kind: 'list';
  readonly items: readonly Part[];
}

export interface MappingPart extends Placed {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, Part>;
}

export type Part = ScalarPart | ListPart | MappingPart;

export function scalarPart({ file, offset }: Place, value: Scalar): ScalarPart {
  return { kind: 'scalar', file, offset, keyOffset: null, size: 1, value };
}

export function listPart({ file, offset }: Place, items: readonly Part[]): ListPart {
  let size = 1;
  for (const item of items) size += item.size;
  return { kind: 'list', file, offset, keyOffset: null, size, items };
}

export function mappingPart({ file, offset }: Place, entries: ReadonlyMap<string, Part>): MappingPart {
  let size = 1;
  for (const entry of entries.values()) size += entry.size;
  return { kind: 'mapping', file, offset, keyOffset: null, size, entries };
}

/** The plain value, as a parser would have given it. */
export function plainValue(part: Part): unknown {
  if (part.kind === 'scalar') return part.value;
  if (part.kind === 'list') return part.items.map(plainValue);
  const value: Record<string, unknown> = {};
  for (const [key, entry] of part.entries) {
    // Assigned to, it would be the prototype instead of a key.
    if (key === '__proto__') Object.defineProperty(value, key, { ...plainProperty, value: plainValue(entry) });
    else value[key] = plainValue(entry);
  }
  return value;
}

const plainProperty = { enumerable: true, configurable: true, writable: true };

/** What is at a path, or the deepest part of it that is there. */
export function partAt(whole: Part, path: Path): { readonly part: Part; readonly found: boolean } {
  let part = whole;
  for (const step of path) {
    const next: Part | undefined =
      part.kind === 'mapping'
        ? part.entries.get(String(step))
        : part.kind === 'list'
          ? part.items[Number(step)]
          : undefined;
    if (next === undefined) return { part, found: false };
    part = next;
  }
  return { part, found: true };
}

/** Where its key stands, or itself if it has none. */
export function keyPlaceOf(part: Part): Place {
  return part.keyOffset === null ? part : { file: part.file, offset: part.keyOffset };
}
