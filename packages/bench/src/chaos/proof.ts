// The proof of the whole run, made by the very command that an operator has.

import { everytick } from '@everytick/testing';

interface Finding {
  readonly target: string;
  readonly location: string;
  readonly from: string;
  readonly to: string;
  readonly ticks: number;
}

/** What `everytick verify --json` prints, and whether it found everything in order. */
export interface Proof {
  readonly expected: number;
  readonly recorded: Readonly<Record<string, number>>;
  readonly pending: number;
  readonly unaccounted: number;
  readonly duplicates: number;
  readonly unscheduled: number;
  readonly gaps: readonly Finding[];
  readonly repeats: readonly Finding[];
  readonly strays: readonly Finding[];
}

/** Rejects where the command neither proves nor refutes. */
export async function prove(databaseUrl: string): Promise<{ proof: Proof; proven: boolean }> {
  const verify = await everytick(['verify', '--json'], { env: { EVERYTICK_DATABASE_URL: databaseUrl } });
  const { code } = await verify.exited;
  if (code !== 0 && code !== 1) throw new Error(`everytick verify ended with exit code ${code}:\n${verify.output}`);
  try {
    return { proof: JSON.parse(verify.stdout) as Proof, proven: code === 0 };
  } catch {
    throw new Error(`everytick verify printed no JSON:\n${verify.output}`);
  }
}
