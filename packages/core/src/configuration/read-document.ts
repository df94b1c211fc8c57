// The thorough way from YAML to values: whatever YAML 1.2 allows in one document is read, and whatever is wrong is told.

import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Pair,
  Parser,
  type Scalar as ScalarNode,
  type YAMLMap,
} from 'yaml';
import type { ConfigurationFile } from './configuration.ts';
import {
  blankBelowEscape,
  blankBelowEscapeRefused,
  commentAboveRefused,
  isBelowOuterComment,
} from './disagreements.ts';
import { MappingBuilder, mergeAllowed, mergeKey, mostMerged } from './mapping-builder.ts';
import { listPart, type Part, type Scalar, scalarPart } from './part.ts';
import type { Problems } from './problems.ts';

export const deepest = 50;
/** Aliases of aliases can make a few lines mean millions of values. */
export const mostAliased = 10_000;

const tooDeep = 'is nested too deeply, in itself, or in too many aliases';

/** Null for what cannot be read, which is reported. */
export function readDocument(file: ConfigurationFile, problems: Problems): Part | null {
  const steps = readingDocument(file, problems);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same in steps. */
export function* readingDocument(file: ConfigurationFile, problems: Problems): Generator<undefined, Part | null> {
  const at = (offset: number) => ({ file, offset });
  const documents: Document.Parsed[] = [];
  try {
    const tokens = yield* tokensOf(file.text);
    for (const document of new Composer(options).compose(tokens, true, file.text.length)) {
      if (documents.push(document as Document.Parsed) === 2) break;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.report(at(0), `the file ${tooDeep}`);
    return null;
  }
  const [document, second] = documents;
  if (document === undefined) return null;
  if (second !== undefined) problems.report(at(Math.min(second.range[0], file.text.length)), secondDocument);
  for (const { pos, code, message } of [...document.errors, ...document.warnings]) {
    const isBelowComment = code === 'MULTILINE_IMPLICIT_KEY' && isBelowOuterComment(file.text, pos[0]);
    problems.report(at(Math.min(pos[0], file.text.length)), isBelowComment ? commentAboveRefused : lowerFirst(message));
  }
  // Behind a syntax error the rest of the file means something else than its author thinks.
  if (second !== undefined || document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')) return null;
  return new DocumentReader(file, problems).read(document.contents, 0, true);
}

const options = { prettyErrors: false, logLevel: 'error', version: '1.2', schema: 'core' } as const;
const secondDocument =
  'a second document begins here; a file is one document: put what is behind --- into a file of its own';
const lexemesInStep = 1_000;

function* tokensOf(text: string): Generator<undefined, CST.Token[]> {
  const tokens: CST.Token[] = [];
  const parser = new Parser();
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (++lexemes % lexemesInStep === 0) yield;
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

class DocumentReader {
  readonly #file: ConfigurationFile;
  readonly #problems: Problems;
  readonly #anchors = new Map<string, unknown>();
  readonly #parts = new Map<unknown, Part>();
  readonly #open = new Set<unknown>();
  #mergedKeys = 0;
  #ended = false;

  constructor(file: ConfigurationFile, problems: Problems) {
    this.#file = file;
    this.#problems = problems;
  }

  /** `without`: where it stands if there is nothing of it in the text. */
  read(node: unknown, without: number, isInBlock: boolean): Part {
    const place = { file: this.#file, offset: startOf(node) ?? without };
    if (isAlias(node)) return { ...this.#aliased(node.source, place.offset), ...place };
    if (isScalar(node) || isMap(node) || isSeq(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    }
    if (!isMap(node) && !isSeq(node)) {
      if (isScalar(node)) this.#refuseDisagreements(node, isInBlock);
      const part = scalarPart(place, isScalar(node) ? scalarOf(node.value, node.source) : null);
      this.#parts.set(node, part);
      return part;
    }
    if (this.#open.size >= deepest) return this.#refused(place.offset);
    this.#open.add(node);
    const part = isMap(node)
      ? this.#mapping(node, place.offset)
      : listPart(
          place,
          node.items.map((item) => this.read(item, place.offset, node.flow !== true)),
        );
    this.#open.delete(node);
    this.#parts.set(node, part);
    return part;
  }

  #refuseDisagreements(node: ScalarNode, isInBlock: boolean): void {
    const [start, end] = node.range ?? [0, 0];
    const { text } = this.#file;
    const report = (message: string) => this.#problems.report({ file: this.#file, offset: start }, message);
    if (node.type === 'QUOTE_DOUBLE' && blankBelowEscape.test(text.slice(start, end))) report(blankBelowEscapeRefused);
    const isPlain = isInBlock && node.type === 'PLAIN' && start !== end;
    if (isPlain && isBelowOuterComment(text, start)) report(commentAboveRefused);
  }

  #aliased(anchor: string, offset: number): Part {
    const place = { file: this.#file, offset };
    if (!this.#anchors.has(anchor)) {
      this.#problems.report(place, `there is no &${anchor} before it that *${anchor} could stand for`);
      return scalarPart(place, null);
    }
    const part = this.#parts.get(this.#anchors.get(anchor));
    return part === undefined || part.size > mostAliased ? this.#refused(offset) : { ...part, keyOffset: null };
  }

  #refused(offset: number): Part {
    if (!this.#ended) this.#problems.report({ file: this.#file, offset }, tooDeep);
    this.#ended = true;
    return scalarPart({ file: this.#file, offset }, null);
  }

  #mapping(map: YAMLMap, offset: number): Part {
    const builder = new MappingBuilder();
    for (const pair of map.items) {
      const keyOffset = startOf(pair.key) ?? offset;
      const part = this.read(pair.value, keyOffset, map.flow !== true);
      const report = (at: number, message: string) => this.#problems.report({ file: this.#file, offset: at }, message);
      if (!isScalar(pair.key)) report(keyOffset, 'a key has to be a text, not a list, a mapping or an alias');
      else if (isMergeKey(pair)) {
        this.#mergedKeys += MappingBuilder.keysMerged(part);
        if (this.#mergedKeys > mostMerged) this.#refused(keyOffset);
        else for (const wrong of builder.merge(part)) report(wrong.offset, mergeAllowed);
      } else {
        const key = String(scalarOf(pair.key.value, pair.key.source));
        if (builder.has(key)) report(keyOffset, 'map keys must be unique');
        builder.add(key, keyOffset, part);
      }
    }
    return builder.build({ file: this.#file, offset });
  }
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.value === mergeKey && (key.type === undefined || key.type === 'PLAIN');
}

function scalarOf(value: unknown, source: string | undefined): Scalar {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'string' ? value : (source ?? '');
}

/** Null of what has nothing in the text. */
function startOf(node: unknown): number | null {
  const [start, end] = (node as { readonly range?: readonly number[] | null } | null | undefined)?.range ?? [];
  return start === undefined || (isScalar(node) && start === end) ? null : start;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
