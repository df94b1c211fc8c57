// CPU time by thread: what the profile of a main thread does not show. And by process of PostgreSQL, each having one thread.

import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import type { System } from '../load/system.ts';
import { rounded } from '../report.ts';
import type { TimeSpent } from './top-functions.ts';

interface ThreadTime {
  readonly name: string;
  readonly ns: number;
}

/** By process and thread id. */
export type ThreadTimes = ReadonlyMap<string, ThreadTime>;

export async function threadTimes({ workers, coordinator, server }: System): Promise<ThreadTimes> {
  return new Map([
    ...workers.flatMap(({ pid }) => ofProcess(pid, 'worker')),
    ...ofProcess(coordinator.pid, 'coordinator'),
    ...(await ofServer(server.pool)),
  ]);
}

/** In us per check, most first; threads of one name together. */
export function topThreads(before: ThreadTimes, after: ThreadTimes, checks: number): TimeSpent[] {
  const sums = new Map<string, number>();
  for (const [id, { name, ns }] of after) sums.set(name, (sums.get(name) ?? 0) + ns - (before.get(id)?.ns ?? 0));
  return [...sums]
    .sort(([, a], [, b]) => b - a)
    .map(([thread, ns]) => ({ us_per_check: rounded(ns / 1_000 / checks, 1), thread }))
    .filter(({ us_per_check }) => us_per_check > 0);
}

function ofProcess(pid: number, role: string): [string, ThreadTime][] {
  return readdirSync(`/proc/${pid}/task`).flatMap((tid) => {
    try {
      const folder = `/proc/${pid}/task/${tid}`;
      const name = tid === String(pid) ? 'main thread' : readFileSync(`${folder}/comm`, 'utf8').trim();
      return [[`${pid} ${tid}`, { name: `${role}: ${name}`, ns: onCpuNs(folder) }]];
    } catch {
      return []; // it ended while we looked
    }
  });
}

async function ofServer(pool: pg.Pool): Promise<[string, ThreadTime][]> {
  const { rows } = await pool.query<{ pid: number; name: string }>(
    `SELECT pid, concat_ws(' of ', backend_type, nullif(application_name, '')) AS name FROM pg_stat_activity`,
  );
  return rows.map(({ pid, name }) => [String(pid), { name: `postgres: ${name}`, ns: onCpuNs(`/proc/${pid}`) }]);
}

/** The first figure of schedstat (Documentation/scheduler/sched-stats.rst of Linux). */
function onCpuNs(folder: string): number {
  return Number(readFileSync(`${folder}/schedstat`, 'latin1').split(' ')[0]);
}
