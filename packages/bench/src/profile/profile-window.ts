// Profiles a system while a window of it is measured: leaves files for tools, and prints what matters most.
//
//   worker-1.cpuprofile, coordinator.cpuprofile   for Chrome's developer tools, speedscope and their like
//   statements.json                               all that pg_stat_statements knows
//   summary.txt                                   the tables that are printed

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MeasuredWindow } from '../load/measured-window.ts';
import type { System } from '../load/system.ts';
import { tableOf } from '../report.ts';
import { type CpuProfile, startProfile } from './inspector.ts';
import { type ThreadTimes, threadTimes, topThreads } from './thread-times.ts';
import { type TimeSpent, topFiles, topFunctions } from './top-functions.ts';
import { forgetStatements, readStatements, type Statement, topStatements } from './top-statements.ts';

export { inspectable } from './inspector.ts';
export { statementSettings } from './top-statements.ts';

const FUNCTIONS = 40;
const FILES = 20;
const STATEMENTS = 12;

interface Seen {
  readonly profiles: ReadonlyMap<string, CpuProfile>;
  readonly threads: readonly [before: ThreadTimes, after: ThreadTimes];
  readonly statements: readonly Statement[];
}

/** `measure` is given what is to be done alongside the window. The system must have been started to be profiled. */
export async function profileWindow(
  system: System,
  directory: string,
  onProgress: (line: string) => void,
  measure: (alongside: () => Promise<() => Promise<void>>) => Promise<MeasuredWindow>,
): Promise<MeasuredWindow> {
  await mkdir(directory, { recursive: true });
  let seen: Seen | undefined;
  const window = await measure(async () => {
    const end = await watch(system);
    return async () => {
      seen = await end();
    };
  });
  if (seen === undefined) throw new Error('the window was measured without its profile');
  for (const [name, profile] of seen.profiles) {
    await writeFile(join(directory, `${name}.cpuprofile`), JSON.stringify(profile));
  }
  await writeFile(join(directory, 'statements.json'), JSON.stringify(seen.statements, undefined, 2));
  const summary = summaryOf(seen, window.ledger.carriedOut);
  await writeFile(join(directory, 'summary.txt'), summary);
  onProgress(`${summary}\nProfiles are in ${directory}`);
  return window;
}

async function watch(system: System): Promise<() => Promise<Seen>> {
  const { pool } = system.server;
  await forgetStatements(pool);
  const before = await threadTimes(system);
  const named = new Map([
    ...system.workers.map((worker, index) => [`worker-${index + 1}`, worker] as const),
    ['coordinator', system.coordinator] as const,
  ]);
  const ends = new Map(
    await Promise.all([...named].map(async ([name, child]) => [name, await startProfile(child)] as const)),
  );
  return async () => {
    const after = await threadTimes(system);
    const statements = await readStatements(pool);
    const profiles = new Map(await Promise.all([...ends].map(async ([name, end]) => [name, await end()] as const)));
    return { profiles, threads: [before, after], statements };
  };
}

function summaryOf({ profiles, threads, statements }: Seen, checks: number): string {
  const tables: [title: string, rows: TimeSpent[]][] = [['CPU by thread and process', topThreads(...threads, checks)]];
  for (const [name, profile] of profiles) {
    tables.push([`${name}: files by self time`, topFiles(profile, checks, FILES)]);
    tables.push([`${name}: functions by self time`, topFunctions(profile, checks, FUNCTIONS)]);
  }
  tables.push(['Statements by time', topStatements(statements, checks, STATEMENTS)]);
  return tables.map(([title, rows]) => `${title}\n${tableOf(rows, { compact: true })}\n`).join('\n');
}
