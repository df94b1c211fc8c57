// From a path to targets.

import { readFile } from 'node:fs/promises';
import { EverytickError } from '../domain/error.ts';
import type { TargetRules } from '../targets/target-rules.ts';
import type { TargetSpec } from '../targets/target-spec.ts';
import { parseTargetsFile } from './parse-targets-file.ts';

/** Reads and checks a targets file. Throws `targets_file_invalid`. */
export async function readTargetsFile(path: string, rules: TargetRules): Promise<TargetSpec[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = { ENOENT: 'there is no such file', EISDIR: 'it is a folder', EACCES: 'no permission to read it' };
    const why = reason[error.code as keyof typeof reason] ?? error.message;
    throw new EverytickError('targets_file_invalid', `${path}: cannot be read: ${why}`, { cause: error });
  });
  return parseTargetsFile(text, path, rules);
}
