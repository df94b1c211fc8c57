// Checks of a process that has no file descriptor left.

import { fileURLToPath } from 'node:url';
import type { Target } from '@everytick/core';
import { startProcess } from './processes.ts';

/** Enough for Node.js itself. */
const mostDescriptors = 128;

/** The error code of each check, in the order of their targets; null for one that did not fail. Rejects if the process fails. */
export async function checkShortOfDescriptors(targets: readonly Target[]): Promise<(string | null)[]> {
  const script = fileURLToPath(new URL('./short-of-descriptors-process.ts', import.meta.url));
  const limited = `ulimit -n ${mostDescriptors} && exec "$0" "$@"`;
  const command = [process.execPath, '--conditions=everytick-source', script, JSON.stringify(targets)];
  const child = await startProcess('/bin/sh', ['-c', limited, ...command]);
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`The checks ended with code ${code}:\n${child.output}`);
  return JSON.parse(child.stdout);
}
