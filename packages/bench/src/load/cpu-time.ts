// CPU time of processes, as the kernel keeps it: user and system time together, of all threads.
//
// The kernel counts nanoseconds and shows hundredths of a second, so a window of a minute is exact to a thousandth or so.

import { readdirSync, readFileSync } from 'node:fs';

/** What /proc shows is counted in these (sysconf(_SC_CLK_TCK), 100 on every Linux that Node.js runs on). */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly session: number;
  /** Of the process itself. */
  readonly ownTicks: number;
  /** Of those of its children that have ended and been waited for, and of theirs. */
  readonly endedTicks: number;
}

/** Seconds that the process has used so far, its ended children left out. */
export function cpuSecondsOf(pid: number): number {
  const times = timesOf(pid);
  if (times === undefined) throw new Error(`process ${pid} has ended: there is no CPU time to read`);
  return times.ownTicks / TICKS_PER_SECOND;
}

/**
 * Seconds that a process and all its descendants have used so far, those included that have ended: a PostgreSQL server is
 * its postmaster's children, which come and go with connections and with autovacuum.
 */
export function cpuSecondsOfTree(root: number): number {
  for (;;) {
    const before = timesOf(root);
    if (before === undefined) throw new Error(`process ${root} has ended: there is no CPU time to read`);
    let ticks = before.ownTicks + before.endedTicks;
    for (const { ownTicks, endedTicks } of descendantsOf(root)) ticks += ownTicks + endedTicks;
    // A child that ended meanwhile may be in neither sum, or in both.
    if (timesOf(root)?.endedTicks === before.endedTicks) return ticks / TICKS_PER_SECOND;
  }
}

function descendantsOf(root: number): ProcessTimes[] {
  const all = allTimes();
  const isDescendant = (pid: number): boolean => {
    const parent = all.get(pid)?.parent;
    return parent !== undefined && (parent === root || isDescendant(parent));
  };
  return [...all].flatMap(([pid, times]) => (isDescendant(pid) ? [times] : []));
}

/** Those that it has started and that are in its session still; none where there is no /proc. */
export function childrenOf(pid: number): number[] {
  const session = timesOf(pid)?.session;
  if (session === undefined) return [];
  return [...allTimes()].flatMap(([child, times]) =>
    times.parent === pid && times.session === session ? [child] : [],
  );
}

function allTimes(): Map<number, ProcessTimes> {
  const all = new Map<number, ProcessTimes>();
  for (const name of readdirSync('/proc')) {
    const times = /^\d+$/.test(name) ? timesOf(Number(name)) : undefined;
    if (times !== undefined) all.set(Number(name), times);
  }
  return all;
}

/** Undefined where there is no such process (any more). */
function timesOf(pid: number): ProcessTimes | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, which may hold spaces and parentheses itself (proc(5)).
  const fields = stat
    ?.slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  if (fields === undefined) return undefined;
  const field = (number: number) => fields[number - 3] ?? Number.NaN;
  return { parent: field(4), session: field(6), ownTicks: field(14) + field(15), endedTicks: field(16) + field(17) };
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    // ESRCH: it ended between being opened and being read.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Seconds of all processors together since the machine began: of them all, and of those in which they had nothing to do. */
export function machineSeconds(): { readonly all: number; readonly idle: number } {
  // Guests' time, the last two figures, is in that of users as well (proc(5)).
  const figures = (readProc('/proc/stat') ?? '').split('\n')[0]?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
  const [, , , idle = 0, waiting = 0] = figures;
  return {
    all: figures.reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND,
    idle: (idle + waiting) / TICKS_PER_SECOND,
  };
}

/** Throws, in words for people, where the system does not say what its processes use. */
export function requireCpuTimes(): void {
  if (timesOf(process.pid) === undefined) {
    throw new Error('CPU time of other processes is read from /proc, which this system does not have: run it on Linux');
  }
}
