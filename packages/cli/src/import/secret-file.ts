// Files that the other tool reads secrets and certificates from: workers read theirs in one folder alone.

import { dirname, resolve } from 'node:path';
import type { ImportReport } from './imported.ts';
import { keyOf } from './source-text.ts';
import type { SourceValue } from './source-value.ts';

const usualFolder = '/run/secrets';
const why =
  'put the file where workers may read secrets (EVERYTICK_SECRET_DIR, /run/secrets unless set), and correct the path';

/** `source`: the path, which is relative to the folder of the file in which it stands. */
export function fileReference(source: SourceValue, report: ImportReport): { readonly file: string } {
  const given = source.text ?? '';
  const file = resolve(dirname(source.place.file), given);
  if (!file.startsWith(`${usualFolder}/`)) report.toSet(source.where, `${keyOf(source)}: ${given}`, why);
  return { file };
}
