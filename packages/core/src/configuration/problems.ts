// All that is wrong with a configuration, gathered until all of it has been read.

import { EverytickError } from '../domain/error.ts';
import type { ConfigurationFile } from './configuration.ts';
import type { Place } from './part.ts';

interface Problem extends Place {
  readonly message: string;
  /** The targets in which what stands here is wrong; empty where it is wrong in itself. */
  readonly targets: Set<string>;
  inItself: boolean;
}

export class Problems {
  readonly #problems = new Map<ConfigurationFile, Map<string, Problem>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** `target`: whose problem it is, where the place alone does not say so. The same problem is told once. */
  report({ file, offset }: Place, message: string, target?: string): void {
    this.#count++;
    const inFile = this.#problems.get(file) ?? new Map<string, Problem>();
    this.#problems.set(file, inFile);
    const key = `${offset} ${message}`;
    const problem = inFile.get(key) ?? { file, offset, message, targets: new Set(), inItself: false };
    inFile.set(key, problem);
    if (target === undefined) problem.inItself = true;
    else problem.targets.add(target);
  }

  /** Throws `targets_file_invalid` with a line per problem, sorted by file and place, if there is any. */
  throwIfAny(): void {
    const lines = [...this.#problems]
      .sort(([a], [b]) => (a.path < b.path ? -1 : 1))
      .flatMap(([file, inFile]) => {
        const lineStarts = lineStartsOf(file.text);
        return [...inFile.values()]
          .sort((a, b) => a.offset - b.offset)
          .map((problem) => `${file.path}:${placeText(lineStarts, problem.offset)}: ${sentenceOf(problem)}`);
      });
    if (lines.length > 0) throw new EverytickError('targets_file_invalid', lines.join('\n'));
  }
}

/** `file:line`, for messages that name a second place. */
export function lineOf({ file, offset }: Place): string {
  return `${file.path}:${placeText(lineStartsOf(file.text), offset).split(':', 1)[0]}`;
}

function sentenceOf({ message, targets, inItself }: Problem): string {
  // Line breaks, which keys and names can have in them, would make a second line of it.
  const oneLine = message.replace(/[\n\r\u2028\u2029]+/g, ' ');
  if (inItself || targets.size === 0) return oneLine;
  const [first, ...others] = targets;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${oneLine} (in target '${String(first).replace(/[\n\r\u2028\u2029]+/g, ' ')}'${more})`;
}

function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function placeText(lineStarts: readonly number[], offset: number): string {
  let [low, high] = [0, lineStarts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return `${low + 1}:${offset - (lineStarts[low] ?? 0) + 1}`;
}
