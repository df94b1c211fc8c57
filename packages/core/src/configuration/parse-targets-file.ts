// A YAML file of targets, checked as a whole: every problem is told at once, each with the place where it stands.
//
//   targets:
//     - name: shop
//       url: https://shop.example/
//       every: 10s
//       timeout: 5s
//       match: 'Add to cart'
//       locations: [default, frankfurt]
//       expect: {status: [200, 404], down_above: 2s}
//
// Keys of the file that begin with `x-` are left alone: a place for what targets have in common, to be merged (`<<`).

import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { EverytickError } from '../domain/error.ts';
import { checkOptionNames } from '../targets/check-options-schema.ts';
import { unknownField } from '../targets/mapping.ts';
import { problemSentence, targetProblems } from '../targets/target-problems.ts';
import type { TargetRules } from '../targets/target-rules.ts';
import { type TargetSpec, targetSpecSchemaWith } from '../targets/target-spec.ts';
import { keyOf, readPlaced, startOf } from './placed-value.ts';

const fieldNames = ['name', 'url', 'every', 'timeout', 'match', 'locations', 'group', 'labels', ...checkOptionNames];
/** What people write who know other monitors, or who look for a field that is further inside. */
const synonyms: Readonly<Record<string, string>> = {
  interval: 'every',
  period: 'every',
  schedule: 'every',
  regex: 'match',
  pattern: 'match',
  address: 'url',
  title: 'name',
  regions: 'locations',
  assertions: 'expect',
  conditions: 'expect',
  status: 'expect.status',
  status_code: 'expect.status',
  json: 'expect.json',
  certificate_days: 'expect.certificate_days',
  degraded_above: 'expect.degraded_above',
  down_above: 'expect.down_above',
  basic: 'auth.basic',
  basic_auth: 'auth.basic',
  bearer: 'auth.bearer',
  bearer_token: 'auth.bearer',
  oauth2: 'auth.oauth2',
  user: 'auth.basic',
  ca: 'tls.ca',
  certificate: 'tls.certificate',
  server_name: 'tls.server_name',
  insecure: 'tls.insecure_skip_verify',
  insecure_skip_verify: 'tls.insecure_skip_verify',
  follow: 'redirects.follow',
  follow_redirects: 'redirects.follow',
  max_redirects: 'redirects.max',
  keep_alive: 'reuse_connection',
  data: 'body',
};

const example = "an example:\n  targets:\n    - url: https://example.org/\n      every: 10s\n      match: 'Example'";

interface Problem {
  readonly offset: number;
  readonly message: string;
}

/** The targets of a file's text. `fileName` is for messages. Throws `targets_file_invalid` with a line per problem. */
export function parseTargetsFile(text: string, fileName: string, rules: TargetRules): TargetSpec[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const reader = new TargetsReader(document, rules);
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
  // What several targets have by an alias may be wrong in each of them.
  throw new EverytickError('targets_file_invalid', [...new Set(lines)].join('\n'));
}

class TargetsReader {
  readonly problems: Problem[] = [];
  readonly #document: Document.Parsed;
  readonly #schema: ReturnType<typeof targetSpecSchemaWith>;

  constructor(document: Document.Parsed, rules: TargetRules) {
    this.#document = document;
    this.#schema = targetSpecSchemaWith(rules);
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
      if (key !== 'targets' && !key.startsWith('x-')) this.report(startOf(pair.key), unknownField(key, ['targets']));
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
      const spec = this.#readTarget(item);
      if (spec === null) continue;
      const at = startOf(map.get('name', true) ?? item);
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

  #readTarget(node: unknown): TargetSpec | null {
    const problemsBefore = this.problems.length;
    const target = readPlaced(node, this.#document, (offset, message) => this.report(offset, message));
    const given: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(target.value as object)) {
      if (fieldNames.includes(key)) given[key] = value;
      else this.report(target.offsetOf([key], true), unknownField(key, fieldNames, synonyms));
    }
    const parsed = this.#schema.safeParse(given);
    for (const problem of parsed.error === undefined ? [] : targetProblems(parsed.error)) {
      this.report(target.offsetOf(problem.path, problem.atKey), problemSentence(problem));
    }
    return parsed.success && this.problems.length === problemsBefore ? parsed.data : null;
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
