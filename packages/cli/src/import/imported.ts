// What an importer makes of another tool's files: targets as users write them, and notes on all that is not the same.

import { shownText } from './variable.ts';

/** One target, as it stands in a configuration file of Everytick. */
export interface ImportedTarget {
  /** Where it came from, such as `config.yaml:12: endpoints[3]`. */
  readonly where: string;
  readonly name: string;
  /** With `url`, and with the fields that users write; its texts may hold `variable(...)`. */
  readonly document: TargetFields;
  readonly paused?: boolean;
}

export type TargetFields = { readonly url: string } & Readonly<Record<string, unknown>>;

export const noteSeverities = ['left out', 'changed', 'to set'] as const;
/**
 * `left out`: Everytick will not do it. `changed`: it does, but not in the same way. `to set`: it does once somebody has
 * given a variable its value.
 */
export type NoteSeverity = (typeof noteSeverities)[number];

export interface ImportNote {
  readonly severity: NoteSeverity;
  /** Where it stands in the source, such as `config.yaml:14: endpoints[3].conditions[1]`. */
  readonly where: string;
  /** What stands there, in one short line, without secrets. */
  readonly given: string;
  /** Why it is not carried over, or how. */
  readonly why: string;
  /** The name of the target that it belongs to, as the importer gave it; null where it concerns more than one. */
  readonly target: string | null;
}

export interface Imported {
  readonly targets: readonly ImportedTarget[];
  readonly notes: readonly ImportNote[];
}

/** What importers write their notes to. */
export class ImportReport {
  readonly notes: ImportNote[] = [];

  leftOut(where: string, given: string, why: string, target: string | null = null): void {
    this.notes.push({ severity: 'left out', where, given: oneLine(given), why: shownText(why), target });
  }

  changed(where: string, given: string, why: string, target: string | null = null): void {
    this.notes.push({ severity: 'changed', where, given: oneLine(given), why: shownText(why), target });
  }

  toSet(where: string, given: string, why: string, target: string | null = null): void {
    this.notes.push({ severity: 'to set', where, given: oneLine(given), why: shownText(why), target });
  }
}

const longestGiven = 120;

/** Short, and without what would write to other people's terminals. */
export function oneLine(text: string): string {
  const line = shownText(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return line.length <= longestGiven ? line : `${line.slice(0, longestGiven - 1)}…`;
}
