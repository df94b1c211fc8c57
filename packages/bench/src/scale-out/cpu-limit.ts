// Holds a process to a share of a processor: a control group of its own, of either version
// (Documentation/scheduler/sched-bwc.rst and admin-guide/cgroup-v2.rst of Linux).

import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CpuLimit extends Disposable {
  /** All threads of the process, those that it has and those to come. */
  hold(pid: number): void;
}

/**
 * How long a process runs between two pauses. The kernel accepts 1 ms, some four checks, each of which would find the caches full of
 * what the other workers have done meanwhile: on processors of their own they would not.
 */
const QUOTA_US = 10_000;

interface Hierarchy {
  readonly root: string;
  readonly version: 1 | 2;
}

let made = 0;

/** `percent` of one processor. Throws, in words for people, where limits cannot be made. */
export function makeCpuLimit(percent: number): CpuLimit {
  const { root, version } = hierarchy();
  const periodUs = Math.round((QUOTA_US * 100) / percent);
  const folder = join(root, `everytick-bench-${process.pid}-${++made}`);
  const set = (name: string, value: string | number) => writeFileSync(join(folder, name), String(value));
  try {
    if (version === 2) writeFileSync(join(root, 'cgroup.subtree_control'), '+cpu');
    mkdirSync(folder);
    if (version === 2) set('cpu.max', `${QUOTA_US} ${periodUs}`);
    else {
      set('cpu.cfs_period_us', periodUs);
      set('cpu.cfs_quota_us', QUOTA_US);
    }
  } catch (error) {
    throw cannotLimit(`${folder}: ${(error as Error).message}`);
  }
  const remove = () => {
    process.off('exit', remove);
    // A group with processes cannot be removed; those that still run go back to where all are.
    for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'latin1').split('\n').filter(Boolean)) {
      writeFileSync(join(root, 'cgroup.procs'), pid);
    }
    rmdirSync(folder);
  };
  process.on('exit', remove); // that of a benchmark which is told to stop
  return { hold: (pid) => set('cgroup.procs', pid), [Symbol.dispose]: remove };
}

export function canLimitCpu(): boolean {
  try {
    makeCpuLimit(50)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}

function hierarchy(): Hierarchy {
  let mounts: string[][];
  try {
    mounts = readFileSync('/proc/mounts', 'latin1')
      .split('\n')
      .map((line) => line.split(' '));
  } catch {
    throw cannotLimit('this is not Linux');
  }
  for (const [, root = '', type, options = ''] of mounts) {
    if (type === 'cgroup' && options.split(',').includes('cpu')) return { root, version: 1 };
    if (type === 'cgroup2' && readFileSync(join(root, 'cgroup.controllers'), 'latin1').split(/\s/).includes('cpu')) {
      return { root, version: 2 };
    }
  }
  throw cannotLimit('no control groups with the cpu controller are mounted');
}

function cannotLimit(why: string): Error {
  return new Error(`the CPU of workers cannot be limited here, which takes root on Linux with control groups (${why})`);
}
