// Notes on options of the other tool, each told by where it stands and what it says.

import type { ImportReport } from './imported.ts';
import { keyOf, shownValue } from './source-text.ts';
import type { SourceValue } from './source-value.ts';

/** All of the value counts as looked at. */
export function optionLeftOut(
  report: ImportReport,
  value: SourceValue,
  why: string,
  target: string | null = null,
): void {
  value.dismiss();
  report.leftOut(value.where, shownValue(value, keyOf(value)), why, target);
}

export function optionChanged(
  report: ImportReport,
  value: SourceValue,
  why: string,
  target: string | null = null,
): void {
  report.changed(value.where, shownValue(value, keyOf(value)), why, target);
}
