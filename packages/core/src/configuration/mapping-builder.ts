// The entries of a mapping in YAML, merge keys (`<<`) worked in.

import { type MappingPart, mappingPart, type Part, type Place } from './part.ts';

export const mergeKey = '<<';
/** Keys that merging copies, in one file. */
export const mostMerged = 1_000_000;
export const mergeAllowed = '<< has to be an alias of a mapping such as *defaults, or a list of them';

export class MappingBuilder {
  readonly #own = new Map<string, Part>();
  #merged: Map<string, Part> | null = null;

  has(key: string): boolean {
    return this.#own.has(key);
  }

  /** How many keys merging a part would copy. */
  static keysMerged(part: Part): number {
    if (part.kind !== 'list') return part.kind === 'mapping' ? part.entries.size : 0;
    return part.items.reduce((sum, item) => sum + (item.kind === 'mapping' ? item.entries.size : 0), 0);
  }

  get merging(): boolean {
    return this.#merged !== null;
  }

  add(key: string, keyOffset: number, part: Part): void {
    this.#own.set(key, { ...part, keyOffset });
  }

  /** Of several mappings the first that has a key counts. Returns what is no mapping among them. */
  merge(part: Part): Part[] {
    const merged = this.#merged ?? new Map<string, Part>();
    this.#merged = merged;
    return (part.kind === 'list' ? part.items : [part]).filter((source) => {
      if (source.kind !== 'mapping') return true;
      for (const [key, each] of source.entries) if (!merged.has(key)) merged.set(key, each);
      return false;
    });
  }

  build(place: Place): MappingPart {
    for (const [key, part] of this.#merged ?? []) if (!this.#own.has(key)) this.#own.set(key, part);
    return mappingPart(place, this.#own);
  }
}
