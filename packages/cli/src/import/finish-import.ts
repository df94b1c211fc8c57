// The last steps of every import: each target has a name of its own and is one that Everytick takes; what it does not take
// of a target is left out, with a note.

import { type TargetProblem, targetProblems, targetSpecSchemaWith } from '@everytick/core';
import { targetRules } from '../commands/target-rules.ts';
import { type Imported, type ImportedTarget, ImportReport, oneLine } from './imported.ts';
import { shownScalar } from './source-text.ts';
import { mapTexts, sampleText } from './variable.ts';

export interface FinishedTarget extends ImportedTarget {
  /** As the importer called it: what its notes say. */
  readonly calledBefore: string;
}

export interface FinishedImport extends Imported {
  readonly targets: readonly FinishedTarget[];
}

const schema = targetSpecSchemaWith(targetRules);

/** Never throws for what a target says. */
export function finishImport(imported: Imported): FinishedImport {
  const report = new ImportReport();
  const names = new TakenNames();
  const targets = imported.targets.flatMap((target): FinishedTarget[] => {
    const fitting = withoutProblems(target, report);
    if (fitting === null) return [];
    const name = freeName(fitting, names, report);
    return [{ ...fitting, name, calledBefore: target.name }];
  });
  return { targets, notes: [...imported.notes, ...report.notes] };
}

/** More problems than this are not in what a target says, but in how it was made. */
const mostProblems = 100;

/** The target without the parts that Everytick does not take; null where it takes nothing of it. */
function withoutProblems(target: ImportedTarget, report: ImportReport): ImportedTarget | null {
  let fields: Record<string, unknown> = { ...target.document };
  for (let round = 0; round < mostProblems; round++) {
    const sampled = mapTexts(fields, (text, path) => sampleText(text, path.length === 1 && path[0] === 'url'));
    const parsed = schema.safeParse(sampled);
    if (parsed.success) return { ...target, document: fields as ImportedTarget['document'] };
    const [problem] = targetProblems(parsed.error);
    if (problem === undefined) break;
    const without = withoutPart(fields, problem.path);
    if (without === null) {
      report.leftOut(
        target.where,
        `${target.name} (${given(fields, problem)})`,
        `the target cannot be watched: ${problem.message}`,
      );
      return null;
    }
    report.leftOut(target.where, given(fields, problem), `Everytick does not take it: ${problem.message}`, target.name);
    fields = without;
  }
  report.leftOut(target.where, oneLine(target.name), 'the target has too many parts that Everytick does not take');
  return null;
}

function given(fields: unknown, { path }: TargetProblem): string {
  const value = valueAt(fields, path);
  const shown =
    typeof value === 'object' || value === undefined ? '' : `: ${shownScalar(String(value), String(path.at(-1)))}`;
  return `${path.join('.')}${shown}`;
}

type Path = readonly (string | number)[];

/** Without one of these a check would be another one: of something else, by another way, or bound to be refused. */
const neededFields: ReadonlySet<string> = new Set(['url', 'method', 'body', 'auth', 'proxy', 'http_version']);

/** Null where the part cannot be missing. */
function withoutPart(fields: Record<string, unknown>, path: Path): Record<string, unknown> | null {
  const [first, second] = path;
  if (first === undefined || neededFields.has(String(first))) return null;
  // Without what is expected, any response would do, or 2xx alone.
  if (first === 'expect' && (second === undefined || second === 'status' || path.length === 2)) return null;
  const copy = structuredClone(fields);
  const cut = path.slice(0, depthOf(fields, path));
  const holder = valueAt(copy, cut.slice(0, -1));
  const last = cut.at(-1) ?? '';
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete (holder as Record<string, unknown>)[last];
  return copy;
}

/** How much of a path is cut off: where a half would mean something else than the whole, the whole goes. */
function depthOf(fields: unknown, path: Path): number {
  const [first = ''] = path;
  const inParts = ['headers', 'labels', 'tls', 'expect'].includes(String(first));
  const wanted = inParts ? (first === 'expect' && Array.isArray(valueAt(fields, path.slice(0, 2))) ? 3 : 2) : 1;
  let depth = Math.min(wanted, path.length);
  while (depth > 1 && valueAt(fields, path.slice(0, depth)) === undefined) depth--;
  return depth;
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Object.hasOwn(at, step) ? (at as Record<string | number, unknown>)[step] : undefined;
  }
  return at;
}

const longestName = 200;

function freeName({ name, where, document }: ImportedTarget, names: TakenNames, report: ImportReport): string {
  const plain =
    name
      .replace(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, longestName) || 'imported';
  const group = typeof document['group'] === 'string' ? `${document['group']} ` : '';
  const free = names.take([plain, `${group}${plain}`.slice(0, longestName)]);
  if (free !== name) {
    const why =
      free === plain ? 'as a name of at most 200 characters in one line' : 'because another target has the name';
    report.changed(where, `name: ${oneLine(name)}`, `it is called '${free}', ${why}`, name);
  }
  return free;
}

/** Thousands may be called the same, so that counting goes on where it stopped. */
class TakenNames {
  readonly #taken = new Set<string>();
  readonly #counts = new Map<string, number>();

  /** The first of the names that is free, else the first one with a number. */
  take(wanted: readonly [string, ...string[]]): string {
    const free = wanted.find((each) => !this.#taken.has(each)) ?? this.#numbered(wanted[0]);
    this.#taken.add(free);
    return free;
  }

  #numbered(name: string): string {
    const begin = name.slice(0, longestName - 12);
    for (let count = this.#counts.get(begin) ?? 2; ; count++) {
      const free = `${begin} (${count})`;
      if (this.#taken.has(free)) continue;
      this.#counts.set(begin, count + 1);
      return free;
    }
  }
}
