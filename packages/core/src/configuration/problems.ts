// All that is wrong with a configuration, gathered until all of it has been read, or so much is wrong that reading on makes no
// sense.

import { EverytickError } from '../domain/error.ts';
import type { ConfigurationFile } from './configuration.ts';
import type { Place } from './part.ts';

interface Problem extends Place {
  readonly message: string;
  /** The targets in which what stands here is wrong; empty where it is wrong in itself. */
  readonly targets: Set<string>;
  inItself: boolean;
}

/** Made only where it is told. */
export type Message = string | (() => string);

const mostTold = 100;
/** After as many, or as many values in them, no further targets are looked into: most often all have the same mistake. */
const mostWrongTargets = 1_000;
const mostWrongValues = 200_000;

export class Problems {
  readonly #problems = new Map<ConfigurationFile, Map<string, Problem>>();
  #count = 0;
  #told = 0;
  #wrongTargets = 0;
  #wrongValues = 0;
  #ended = false;
  #rest: string | null = null;

  get count(): number {
    return this.#count;
  }

  /** Whether it is no use to read on. */
  get ended(): boolean {
    return this.#ended;
  }

  /** `target`: whose problem it is, where the place alone does not say so. The same problem is told once. */
  report({ file, offset }: Place, given: Message, target?: string): void {
    this.#count++;
    if (this.#ended) return;
    const message = typeof given === 'string' ? given : given();
    const inFile = this.#problems.get(file) ?? new Map<string, Problem>();
    this.#problems.set(file, inFile);
    const key = `${offset} ${message}`;
    let problem = inFile.get(key);
    if (problem === undefined) {
      if (this.#told === mostTold) {
        this.#end(`and more: only the first ${mostTold} are told`);
        return;
      }
      this.#told++;
      problem = { file, offset, message, targets: new Set(), inItself: false };
      inFile.set(key, problem);
    }
    if (target === undefined) problem.inItself = true;
    else problem.targets.add(target);
  }

  /** Counts a target, or a layer, that has problems. */
  countWrong(values: number): void {
    this.#wrongTargets++;
    this.#wrongValues += values;
    if (this.#wrongTargets < mostWrongTargets && this.#wrongValues < mostWrongValues) return;
    this.#end('and perhaps more: with so much that is wrong, the rest has not been looked into');
  }

  /** Reports what makes it impossible to read on. */
  end(place: Place, message: string): void {
    if (this.#ended) return;
    this.report(place, message);
    this.#ended = true;
  }

  #end(rest: string): void {
    if (!this.#ended) this.#rest = rest;
    this.#ended = true;
  }

  /** Throws `targets_file_invalid` with a line per problem, sorted by file and place, if there is any. */
  throwIfAny(): void {
    const inFiles = [...this.#problems]
      .sort(([a], [b]) => (a.path < b.path ? -1 : 1))
      .flatMap(([file, inFile]) => {
        const lineStarts = lineStartsOf(file);
        return [...inFile.values()]
          .sort((a, b) => a.offset - b.offset)
          .map((problem) => ({
            file: file.path,
            ...positionOf(lineStarts, problem.offset),
            message: sentenceOf(problem),
          }));
      });
    const lines = inFiles.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
    if (this.#rest !== null) lines.push(this.#rest);
    if (lines.length > 0) throw new EverytickError('targets_file_invalid', lines.join('\n'), { inFiles });
  }
}

/** `file:line`, for messages that name a second place. */
export function lineOf({ file, offset }: Place): string {
  return `${file.path}:${positionOf(lineStartsOf(file), offset).line}`;
}

function sentenceOf({ message, targets, inItself }: Problem): string {
  // Line breaks, which keys and names can have in them, would make a second line of it.
  const oneLine = message.replace(/[\n\r\u2028\u2029]+/g, ' ');
  if (inItself || targets.size === 0) return oneLine;
  const [first, ...others] = targets;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${oneLine} (in target '${String(first).replace(/[\n\r\u2028\u2029]+/g, ' ')}'${more})`;
}

const known = new WeakMap<ConfigurationFile, readonly number[]>();

function lineStartsOf(file: ConfigurationFile): readonly number[] {
  const starts = known.get(file) ?? findLineStarts(file.text);
  known.set(file, starts);
  return starts;
}

function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function positionOf(lineStarts: readonly number[], offset: number): { line: number; column: number } {
  let [low, high] = [0, lineStarts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}
