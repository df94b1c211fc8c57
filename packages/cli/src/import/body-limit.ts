// Workers read only the beginning of a body; the other tools read all of it.

import type { ImportedTarget, ImportReport } from './imported.ts';

const why =
  'what stands behind the first 1 MiB of a body is not looked at, unless EVERYTICK_BODY_LIMIT_BYTES of the workers is larger: of longer bodies the verdict may be another one';

/** One note, where any of the targets looks at the body. `where`: for all of them, such as the file. */
export function noteBodyLimit(targets: readonly ImportedTarget[], where: string, report: ImportReport): void {
  const looking = targets.filter(({ document }) => looksAtBody(document)).length;
  if (looking === 0) return;
  const what = looking === 1 ? '1 target that looks' : `${looking.toLocaleString('en-US')} targets that look`;
  report.changed(where, `${what} at the body`, why);
}

function looksAtBody({ match, expect }: Readonly<Record<string, unknown>>): boolean {
  const expected = (expect ?? {}) as Readonly<Record<string, unknown>>;
  return match !== undefined || expected['body'] !== undefined || expected['json'] !== undefined;
}
