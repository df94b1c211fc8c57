// How much memory processes hold (VmRSS), sampled each second: the most that any of them held.

import { readFileSync } from 'node:fs';

const SAMPLE_MS = 1_000;

export interface MemoryWatch extends Disposable {
  /** Of the worst process of each kind, in MB (10^6 bytes), since it was last asked. */
  takePeaksMb(): Record<string, number>;
}

/** `pids` by kind, such as `worker`. A process that has ended counts for nothing. */
export function watchMemory(pids: Readonly<Record<string, readonly number[]>>): MemoryWatch {
  let peaks: Record<string, number> = {};
  const sample = () => {
    for (const [kind, all] of Object.entries(pids)) {
      peaks[kind] = Math.max(peaks[kind] ?? 0, ...all.map(residentMb));
    }
  };
  sample();
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    takePeaksMb() {
      sample();
      const taken = peaks;
      peaks = {};
      return taken;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

export function residentMb(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kib === undefined ? 0 : (Number(kib) * 1_024) / 1e6;
  } catch {
    return 0;
  }
}
