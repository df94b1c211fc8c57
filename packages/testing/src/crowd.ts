// Checks many silent servers at once, and all the while a healthy one, in a process of its own.

import { fileURLToPath } from 'node:url';
import { startProcess } from './processes.ts';

export interface CrowdOrder {
  /** Checked in turns. */
  readonly silentUrls: readonly string[];
  readonly healthyUrl: string;
  readonly checks: number;
  readonly timeoutMs: number;
  readonly healthyEveryMs: number;
  /** How many checks of the healthy server come before the crowd, to compare with. */
  readonly healthyBefore: number;
}

export interface CrowdReport {
  /** How many checks of the crowd ended with each code. */
  readonly codes: Readonly<Record<string, number>>;
  /** How long after its deadline each check of the crowd ended, from the least to the most. */
  readonly overdueMs: readonly number[];
  /** From the least to the most; a failed check counts as endless. */
  readonly healthyBeforeMs: readonly number[];
  readonly healthyMeanwhileMs: readonly number[];
  /** Of this process, before the crowd and at the most. */
  readonly rssBeforeBytes: number;
  readonly rssMostBytes: number;
  readonly openSockets: number;
}

/** Rejects if the process fails. */
export async function runCrowd(order: CrowdOrder): Promise<CrowdReport> {
  const script = fileURLToPath(new URL('./crowd-process.ts', import.meta.url));
  const child = await startProcess(process.execPath, ['--conditions=everytick-source', script, JSON.stringify(order)]);
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`The crowd ended with code ${code}:\n${child.output}`);
  return JSON.parse(child.stdout);
}
