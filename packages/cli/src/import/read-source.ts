// From a path to what an importer works on.

import { readFile } from 'node:fs/promises';
import { EverytickError } from '@everytick/core';
import { type Alias, isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { joinedPath, type SourceContent, type SourcePlace, SourceValue } from './source-value.ts';

/** Throws `import_source_invalid`. */
export async function readSourceText(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = { ENOENT: 'there is no such file', EISDIR: 'it is a folder', EACCES: 'no permission to read it' };
    const why = reason[error.code as keyof typeof reason] ?? error.message;
    throw sourceInvalid(`${path}: cannot be read: ${why}`, error);
  });
  if (text.startsWith('SQLite format 3')) {
    throw sourceInvalid(`${path}: is a SQLite database; 'everytick import kuma' reads that of Uptime Kuma`);
  }
  return text;
}

export function sourceInvalid(message: string, cause?: unknown): EverytickError {
  return new EverytickError('import_source_invalid', message, cause === undefined ? {} : { cause });
}

export interface YamlRules {
  /** What is made of every text before anything else sees it, keys included. */
  readonly textOf?: (text: string) => string;
}

/** A YAML document (JSON is one). Throws `import_source_invalid`, a line per error with file, line and column. */
export function parseSourceYaml(text: string, file: string, rules: YamlRules = {}): SourceValue {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    const lines = document.errors.map(({ pos, message: told, code }) => {
      const message = code === 'MULTIPLE_DOCS' ? 'a second document begins here; a file has to be one' : told;
      const { line, col } = lineCounter.linePos(pos[0]);
      return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
    });
    throw sourceInvalid(lines.join('\n'));
  }
  return new YamlReader(file, lineCounter, rules.textOf ?? String).read(document.contents, '', 1);
}

/** Aliases of aliases can make a few lines mean millions of values. */
const mostAliased = 200_000;
const deepest = 60;

class YamlReader {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #textOf: (text: string) => string;
  readonly #open = new Set<unknown>();
  /** The nodes that aliases stand for: by anchor as far as has been read, and of aliases that were read before. */
  readonly #anchors = new Map<string, unknown>();
  readonly #meant = new Map<unknown, unknown>();
  #aliased = 0;
  #inAlias = 0;

  constructor(file: string, lines: LineCounter, textOf: (text: string) => string) {
    this.#file = file;
    this.#lines = lines;
    this.#textOf = textOf;
  }

  /** `without`: the line where it stands if it is not there at all. */
  read(node: unknown, path: string, without: number): SourceValue {
    const range = (node as { readonly range?: readonly number[] | null } | null | undefined)?.range;
    const line = range === null || range === undefined ? without : this.#lines.linePos(range[0] ?? 0).line;
    const place: SourcePlace = { file: this.#file, path, line };
    const target = this.#resolve(node);
    if (isAlias(node) || this.#inAlias > 0) this.#aliased++;
    if (this.#open.has(target) || this.#open.size > deepest || this.#aliased > mostAliased) {
      throw sourceInvalid(`${this.#file}:${line}:1: is nested too deeply, in itself, or in too many aliases`);
    }
    const anchored = !isAlias(node) && (node as { readonly anchor?: string } | null | undefined)?.anchor !== undefined;
    if (!isMap(target) && !isSeq(target)) return new SourceValue(place, this.#scalar(target), anchored);
    this.#open.add(target);
    if (isAlias(node)) this.#inAlias++;
    const content = isMap(target) ? this.#mapping(target, place, line) : this.#list(target.items, place, line);
    if (isAlias(node)) this.#inAlias--;
    this.#open.delete(target);
    return new SourceValue(place, content, anchored);
  }

  /** The library's own way looks through the whole document for each alias. */
  #resolve(node: unknown): unknown {
    if (isAlias(node)) {
      if (!this.#meant.has(node)) this.#meant.set(node, this.#anchored(node));
      return this.#meant.get(node);
    }
    const anchor = (node as { readonly anchor?: string } | null | undefined)?.anchor;
    if (anchor !== undefined && this.#inAlias === 0) this.#anchors.set(anchor, node);
    return node;
  }

  #anchored(alias: Alias): unknown {
    const meant = this.#anchors.get(alias.source);
    if (meant !== undefined) return meant;
    const { line, col } = this.#lines.linePos(alias.range?.[0] ?? 0);
    throw sourceInvalid(
      `${this.#file}:${line}:${col}: *${alias.source}: nothing before it has the anchor &${alias.source}`,
    );
  }

  #scalar(node: unknown): SourceContent {
    if (!isScalar(node) || node.value === null) return { kind: 'scalar', value: null, text: '' };
    const { value, source } = node;
    // What is written `0644` or `1.0` is meant so by tools that read it as a text.
    const text = this.#textOf(typeof value === 'string' ? value : (source ?? String(value)));
    return { kind: 'scalar', value: typeof value === 'string' ? text : (value as number | boolean), text };
  }

  #list(nodes: readonly unknown[], { path }: SourcePlace, line: number): SourceContent {
    return { kind: 'list', items: nodes.map((node, index) => this.read(node, `${path}[${index}]`, line)) };
  }

  #mapping(map: YAMLMap, { path }: SourcePlace, line: number): SourceContent {
    const own = new Map<string, SourceValue>();
    const merged = new Map<string, SourceValue>();
    for (const pair of map.items) {
      const key = isScalar(pair.key) ? this.#textOf(String(pair.key.value)) : String(pair.key);
      const keyRange = (pair.key as { readonly range?: readonly number[] | null } | null)?.range;
      const keyLine = keyRange ? this.#lines.linePos(keyRange[0] ?? 0).line : line;
      if (isMergeKey(pair)) {
        const value = this.read(pair.value, path, keyLine);
        const sources = value.content.kind === 'list' ? value.content.items : [value];
        for (const { content } of sources) {
          if (content.kind !== 'mapping') throw sourceInvalid(`${this.#file}:${keyLine}:1: << has to name a mapping`);
          for (const [each, part] of content.entries) if (!merged.has(each)) merged.set(each, part);
        }
      } else {
        own.set(key, this.read(pair.value, joinedPath(path, key), keyLine));
      }
    }
    for (const [key, value] of merged) if (!own.has(key)) own.set(key, value);
    return { kind: 'mapping', entries: own };
  }
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.value === '<<' && (key.type === undefined || key.type === 'PLAIN');
}
