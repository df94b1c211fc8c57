// A YAML file of targets, checked as a whole: every problem is told at once, each with the place where it stands.
//
//   targets:
//     - name: shop
//       url: https://shop.example/
//       every: 10s
//       timeout: 5s
//       match: 'Add to cart'
//       locations: [default, frankfurt]

import { EverytickError, type PatternCompiler, type TargetSpec, targetSpecSchemaWith } from '@everytick/core';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { closestWord } from './closest-word.ts';

/** The fields of a target in the file, and what `targetSpecSchema` calls them. */
const fields = {
  name: 'name',
  url: 'url',
  every: 'interval',
  timeout: 'timeout',
  match: 'match',
  locations: 'locations',
} as const;
const fieldNames = Object.keys(fields);
/** What people write who know other monitors. */
const synonyms: Readonly<Record<string, string>> = {
  interval: 'every',
  period: 'every',
  schedule: 'every',
  regex: 'match',
  pattern: 'match',
  expect: 'match',
  body: 'match',
  address: 'url',
  title: 'name',
  regions: 'locations',
};

const example = "an example:\n  targets:\n    - url: https://example.org/\n      every: 10s\n      match: 'Example'";

interface Problem {
  readonly offset: number;
  readonly message: string;
}

/** The targets of a file's text. `fileName` is for messages. Throws `targets_file_invalid` with a line per problem. */
export function parseTargetsFile(text: string, fileName: string, compilePattern: PatternCompiler): TargetSpec[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const reader = new TargetsReader(document, compilePattern);
  for (const error of document.errors) reader.report(error.pos[0], lowerFirst(error.message));
  // Behind a syntax error the rest of the file means something else than its author thinks.
  const readable = document.errors.every((error) => error.code === 'DUPLICATE_KEY');
  const specs = readable ? reader.read((offset) => lineCounter.linePos(offset).line) : [];
  if (reader.problems.length === 0) return specs;
  const lines = [...reader.problems]
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, message }) => {
      const { line, col } = lineCounter.linePos(offset);
      return `${fileName}:${Math.max(line, 1)}:${Math.max(col, 1)}: ${message}`;
    });
  throw new EverytickError('targets_file_invalid', lines.join('\n'));
}

class TargetsReader {
  readonly problems: Problem[] = [];
  readonly #document: Document.Parsed;
  readonly #schema: ReturnType<typeof targetSpecSchemaWith>;

  constructor(document: Document.Parsed, compilePattern: PatternCompiler) {
    this.#document = document;
    this.#schema = targetSpecSchemaWith(compilePattern);
  }

  report(offset: number, message: string): void {
    this.problems.push({ offset, message });
  }

  read(lineOf: (offset: number) => number): TargetSpec[] {
    const root = this.#document.contents;
    if (root === null || (isScalar(root) && root.value === null)) {
      this.report(0, `the file is empty; ${example}`);
      return [];
    }
    if (!isMap(root)) {
      this.report(startOf(root), `the file has to begin with 'targets:'; ${example}`);
      return [];
    }
    for (const pair of root.items) {
      const key = keyOf(pair);
      if (key !== 'targets') this.report(startOf(pair.key), unknownField(key, ['targets']));
    }
    const list = this.#resolve(root.get('targets', true));
    if (!isSeq(list)) {
      const at = root.items.find((pair) => keyOf(pair) === 'targets');
      if (at !== undefined) this.report(startOf(at.value ?? at.key), `targets has to be a list; ${example}`);
      else if (!this.problems.length) this.report(startOf(root), `targets is missing; ${example}`);
      return [];
    }
    if (list.items.length === 0) this.report(startOf(list), `targets is empty; ${example}`);
    return this.#readList(list.items, lineOf);
  }

  #readList(items: readonly unknown[], lineOf: (offset: number) => number): TargetSpec[] {
    const specs: TargetSpec[] = [];
    const seen = new Map<string, number>();
    for (const item of items) {
      const map = this.#resolve(item);
      if (!isMap(map)) {
        this.report(startOf(item), "a target has to be a mapping such as '- url: https://example.org/'");
        continue;
      }
      const spec = this.#readTarget(map);
      if (spec === null) continue;
      const at = startOf(map.get('name', true) ?? map);
      const earlier = seen.get(spec.name);
      if (earlier === undefined) {
        seen.set(spec.name, at);
        specs.push(spec);
      } else {
        const why = map.has('name') ? '' : ' (the name that its URL gives)';
        this.report(at, `name: '${spec.name}'${why} is on line ${lineOf(earlier)} already; names have to differ`);
      }
    }
    return specs;
  }

  #readTarget(map: YAMLMap): TargetSpec | null {
    const given: Record<string, unknown> = {};
    const offsets = new Map<string, number>();
    const problemsBefore = this.problems.length;
    for (const pair of map.items) {
      const key = keyOf(pair);
      const field = Object.hasOwn(fields, key) ? fields[key as keyof typeof fields] : null;
      if (field === null) {
        this.report(startOf(pair.key), unknownField(key, fieldNames));
        continue;
      }
      const value = this.#resolve(pair.value);
      given[field] = isSeq(value) ? value.items.map((item) => this.#plain(item)) : this.#plain(value);
      offsets.set(field, startOf(pair.value ?? pair.key));
    }
    const parsed = this.#schema.safeParse(given);
    for (const issue of parsed.error?.issues ?? []) {
      const field = String(issue.path[0]);
      const shown = Object.entries(fields).find(([, name]) => name === field)?.[0] ?? field;
      this.report(offsets.get(field) ?? startOf(map), `${shown}: ${issue.message}`);
    }
    return parsed.success && this.problems.length === problemsBefore ? parsed.data : null;
  }

  /** A scalar's value, and of anything else what kind of thing it is. */
  #plain(node: unknown): unknown {
    const value = this.#resolve(node);
    return isScalar(value) ? value.value : isMap(value) ? {} : isSeq(value) ? [] : null;
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }
}

function unknownField(given: string, allowed: readonly string[]): string {
  const meant = closestWord(given, allowed) ?? synonyms[given.toLowerCase()];
  const suggestion = meant !== undefined && allowed.includes(meant) ? `; did you mean '${meant}'?` : ';';
  return `unknown field '${given}'${suggestion} ${allowed.length === 1 ? 'allowed is' : 'allowed are'} ${allowed.join(', ')}`;
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key);
}

function startOf(node: unknown): number {
  const range = (node as { readonly range?: readonly number[] | null } | null | undefined)?.range;
  return range?.[0] ?? 0;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
