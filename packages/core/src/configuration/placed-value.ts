// The plain value of a YAML node, and where each part of it stands: whatever is wrong with a value can be told with the
// place of it, without anybody having to know its shape.

import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';

export type Path = readonly (string | number)[];

export interface PlacedValue {
  readonly value: unknown;
  /** Offset in the text of what is at `path`, or of the deepest part of it that is there. `atKey`: of its key. */
  offsetOf(path: Path, atKey?: boolean): number;
}

export type Report = (offset: number, message: string) => void;

/** Reads aliases as what they stand for, and merge keys (`<<`). Reports those that cannot be read. */
export function readPlaced(node: unknown, document: Document.Parsed, report: Report): PlacedValue {
  const part = new PlaceReader(document, report).read(node, 0);
  return { value: part.value, offsetOf: (path, atKey = false) => offsetIn(part, path, atKey) };
}

export function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key);
}

export function startOf(node: unknown): number {
  const range = (node as { readonly range?: readonly number[] | null } | null | undefined)?.range;
  return range?.[0] ?? 0;
}

interface Part {
  readonly value: unknown;
  readonly offset: number;
  /** Of mappings and lists. */
  readonly parts: ReadonlyMap<string | number, Part>;
  /** Of the key under which it stands, if it stands under one. */
  readonly keyOffset?: number;
}

const noParts: ReadonlyMap<string | number, Part> = new Map();

function offsetIn(whole: Part, path: Path, atKey: boolean): number {
  let part = whole;
  for (const step of path) {
    const next = part.parts.get(step);
    if (next === undefined) return part.offset;
    part = next;
  }
  return atKey ? (part.keyOffset ?? part.offset) : part.offset;
}

/** Aliases of aliases can make a few lines mean millions of values. */
const mostAliased = 10_000;
const deepest = 50;

class PlaceReader {
  readonly #document: Document.Parsed;
  readonly #report: Report;
  readonly #open = new Set<unknown>();
  #aliased = 0;
  #inAlias = 0;
  #ended = false;

  constructor(document: Document.Parsed, report: Report) {
    this.#document = document;
    this.#report = report;
  }

  /** `without`: where it stands if it is not there at all. */
  read(node: unknown, without: number): Part {
    const offset = node === null || node === undefined ? without : startOf(node);
    const target = isAlias(node) ? node.resolve(this.#document) : node;
    if (isAlias(node) || this.#inAlias > 0) this.#aliased++;
    if (this.#open.has(target) || this.#open.size > deepest || this.#aliased > mostAliased) {
      if (!this.#ended) this.#report(offset, 'is nested too deeply, in itself, or in too many aliases');
      this.#ended = true;
      return { value: null, offset, parts: noParts };
    }
    if (!isMap(target) && !isSeq(target)) {
      return { value: isScalar(target) ? target.value : null, offset, parts: noParts };
    }
    this.#open.add(target);
    if (isAlias(node)) this.#inAlias++;
    const part = isMap(target) ? this.#readMap(target, offset) : this.#readList(target.items, offset);
    if (isAlias(node)) this.#inAlias--;
    this.#open.delete(target);
    return part;
  }

  #readList(items: readonly unknown[], offset: number): Part {
    const list = items.map((item) => this.read(item, offset));
    return { value: list.map(({ value }) => value), offset, parts: new Map(list.entries()) };
  }

  #readMap(map: YAMLMap, offset: number): Part {
    const own = new Map<string, Part>();
    const merged = new Map<string, Part>();
    for (const pair of map.items) {
      const keyOffset = startOf(pair.key);
      const part = { ...this.read(pair.value, keyOffset), keyOffset };
      if (isMergeKey(pair)) this.#merge(part, merged);
      else own.set(keyOf(pair), part);
    }
    const parts = new Map([...own, ...[...merged].filter(([key]) => !own.has(key))]);
    // fromEntries makes even `__proto__` a key like others.
    return { value: Object.fromEntries([...parts].map(([key, { value }]) => [key, value])), offset, parts };
  }

  /** Of several mappings the first that has a key counts. */
  #merge(part: Part, merged: Map<string, Part>): void {
    for (const source of Array.isArray(part.value) ? part.parts.values() : [part]) {
      if (typeof source.value !== 'object' || source.value === null || Array.isArray(source.value)) {
        this.#report(source.offset, '<< has to be an alias of a mapping such as *defaults, or a list of them');
      } else {
        for (const [key, each] of source.parts) if (!merged.has(String(key))) merged.set(String(key), each);
      }
    }
  }
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.value === '<<' && (key.type === undefined || key.type === 'PLAIN');
}
