// The guard against dropping anything in silence: what no importer has looked at becomes a note.

import type { ImportReport } from './imported.ts';
import { keyOf, shownValue } from './source-text.ts';
import type { SourceValue } from './source-value.ts';

/** To be called last, with the whole document. `targetOf`: the name of the target that a path belongs to, if any. */
export function reportUnknownOptions(
  source: SourceValue,
  report: ImportReport,
  targetOf: (path: string) => string | null = () => null,
): void {
  for (const value of source.unseen) {
    const { misread } = value;
    const why =
      misread === null
        ? 'unknown option: it is not documented, so that it is not known what it would do'
        : `not looked at: it has to be a ${misread}, which it is not`;
    report.leftOut(value.where, shownValue(value, keyOf(value)), why, targetOf(value.place.path));
  }
}
