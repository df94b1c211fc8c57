// A value of the other tool's file that knows where it stands and which of its parts an importer has looked at: what was
// not looked at is told in the end, so that nothing is dropped in silence.

export type SourceScalar = string | number | boolean | bigint | null;

export interface SourcePlace {
  readonly file: string;
  /** From the top of the document: `endpoints[3].conditions[1]`; empty for the document itself. */
  readonly path: string;
  /** From 1; null where the source has no lines. */
  readonly line: number | null;
}

export type SourceContent =
  | { readonly kind: 'scalar'; readonly value: SourceScalar; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly SourceValue[] }
  | { readonly kind: 'mapping'; readonly entries: ReadonlyMap<string, SourceValue> };

/** What an importer looked for. */
export type WantedKind = 'list' | 'mapping' | 'text';

export class SourceValue {
  readonly place: SourcePlace;
  readonly content: SourceContent;
  /** Whether other parts of the document stand for this one (YAML aliases), so that it counts where they are read. */
  readonly referenced: boolean;
  #looked = false;
  #dismissed = false;
  #misread: WantedKind | null = null;

  constructor(place: SourcePlace, content: SourceContent, referenced = false) {
    this.place = place;
    this.content = content;
    this.referenced = referenced;
  }

  /** Such as `config.yaml:14: endpoints[3].conditions[1]`. */
  get where(): string {
    const { file, path, line } = this.place;
    return `${file}${line === null ? '' : `:${line}`}${path === '' ? '' : `: ${path}`}`;
  }

  /** Of a mapping; undefined where the key is absent. What is empty (`key:`) counts as absent. */
  get(key: string): SourceValue | undefined {
    this.#looked = true;
    this.#want('mapping');
    const value = this.content.kind === 'mapping' ? this.content.entries.get(key) : undefined;
    if (value === undefined) return undefined;
    value.#looked = true;
    return value.isEmpty ? undefined : value;
  }

  get isEmpty(): boolean {
    return this.content.kind === 'scalar' && this.content.value === null;
  }

  /** Of a list; empty for anything else. */
  get items(): readonly SourceValue[] {
    this.#want('list');
    if (this.content.kind !== 'list') return [];
    this.#looked = true;
    for (const item of this.content.items) item.#looked = true;
    return this.content.items;
  }

  /** Of a mapping; empty for anything else. All of its keys count as looked at. */
  get entries(): readonly (readonly [string, SourceValue])[] {
    this.#want('mapping');
    if (this.content.kind !== 'mapping') return [];
    this.#looked = true;
    for (const value of this.content.entries.values()) value.#looked = true;
    return [...this.content.entries];
  }

  /** A scalar as it was written; undefined for lists and mappings. */
  get text(): string | undefined {
    this.#looked = true;
    this.#want('text');
    return this.content.kind === 'scalar' && this.content.value !== null ? this.content.text : undefined;
  }

  /** Also for `yes`, `on`, `no` and `off`, which older YAML takes as such; undefined for anything else. */
  get truth(): boolean | undefined {
    const text = this.text?.toLowerCase();
    if (text === 'true' || text === 'yes' || text === 'on') return true;
    return text === 'false' || text === 'no' || text === 'off' ? false : undefined;
  }

  /** As plain data. All of it counts as looked at. */
  get plain(): unknown {
    this.dismiss();
    return plainOf(this);
  }

  /** Counts all of it as looked at: for what is told as a whole. */
  dismiss(): void {
    this.#looked = true;
    this.#dismissed = true;
    if (this.content.kind === 'list') for (const item of this.content.items) item.dismiss();
    if (this.content.kind === 'mapping') for (const value of this.content.entries.values()) value.dismiss();
  }

  /** What was looked for here where something else stands, so that it was dropped; null where all is well. */
  get misread(): WantedKind | null {
    return this.#dismissed ? null : this.#misread;
  }

  /** The largest parts at which nobody has looked, or which are not what they were taken for. */
  get unseen(): SourceValue[] {
    if (this.misread !== null) return [this];
    if (!this.#looked) {
      if (this.referenced) return [];
      return this.#hasReferenced() ? this.#parts().flatMap((part) => part.unseen) : [this];
    }
    return this.#parts().flatMap((part) => part.unseen);
  }

  #want(kind: WantedKind): void {
    const is = this.content.kind === 'scalar' ? 'text' : this.content.kind;
    if (is !== kind && !this.isEmpty) this.#misread ??= kind;
  }

  #parts(): readonly SourceValue[] {
    if (this.content.kind === 'list') return this.content.items;
    return this.content.kind === 'mapping' ? [...this.content.entries.values()] : [];
  }

  #hasReferenced(): boolean {
    return this.#parts().some((part) => part.referenced || part.#hasReferenced());
  }
}

/** From plain data, such as rows of a database. */
export function sourceValueOf(value: unknown, place: SourcePlace): SourceValue {
  if (Array.isArray(value)) {
    const items = value.map((item, index) => sourceValueOf(item, { ...place, path: `${place.path}[${index}]` }));
    return new SourceValue(place, { kind: 'list', items });
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]): [string, SourceValue] => [
      key,
      sourceValueOf(item, { ...place, path: joinedPath(place.path, key) }),
    ]);
    return new SourceValue(place, { kind: 'mapping', entries: new Map(entries) });
  }
  const scalar = (value ?? null) as SourceScalar;
  return new SourceValue(place, { kind: 'scalar', value: scalar, text: String(scalar ?? '') });
}

export function joinedPath(path: string, key: string): string {
  const step = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
  return path === '' ? step : `${path}.${step}`;
}

function plainOf({ content }: SourceValue): unknown {
  if (content.kind === 'scalar') return content.value;
  if (content.kind === 'list') return content.items.map(plainOf);
  return Object.fromEntries([...content.entries].map(([key, value]) => [key, plainOf(value)]));
}
