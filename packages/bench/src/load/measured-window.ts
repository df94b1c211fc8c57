// Some seconds of a system under load: what its processes used meanwhile, and what the ledger says of the ticks of that time.

import { setTimeout as delay } from 'node:timers/promises';
import { cpuSecondsOf, cpuSecondsOfTree, machineSeconds } from './cpu-time.ts';
import { type LedgerFigures, ledgerOf, type Window, windowOf } from './ledger-window.ts';
import { watchMemory } from './resident-memory.ts';
import type { System } from './system.ts';

export interface WindowOptions {
  readonly targets: number;
  readonly intervalS: number;
  /** A multiple of the interval, so that each target owes equally many ticks. */
  readonly durationS: number;
  readonly onProgress: (line: string) => void;
  /** Called when the window begins; what it returns is called when it ends. Neither takes long. */
  readonly alongside?: () => Promise<() => Promise<void>>;
}

export interface MeasuredWindow {
  readonly window: Window;
  readonly rate: number;
  readonly ticksExpected: number;
  readonly ledger: LedgerFigures;
  readonly cpuUsPerCheck: CpuShares;
  /** Of all processors of the machine. `others`: who else runs on it, and this benchmark. */
  readonly machinePercent: MachineShares;
  readonly rssMb: { readonly worker: number; readonly coordinator: number };
}

export interface CpuShares {
  readonly worker: number;
  readonly coordinator: number;
  readonly postgres: number;
  readonly total: number;
}

export type MachineShares = Readonly<
  Record<'worker' | 'coordinator' | 'postgres' | 'site' | 'others' | 'idle', number>
>;

const PROGRESS_S = 5;

export async function measureWindow(system: System, options: WindowOptions): Promise<MeasuredWindow> {
  const { targets, intervalS, durationS, onProgress, alongside } = options;
  const { pool } = system.server;
  const window = await windowOf(pool, durationS);
  await delay(1_000);
  using memory = watchMemory({
    worker: system.workers.map(({ pid }) => pid),
    coordinator: [system.coordinator.pid],
  });
  const end = await alongside?.();
  const before = cpuSeconds(system);
  const beganAt = performance.now();
  for (let second = 0; second < durationS; second += PROGRESS_S) {
    onProgress(`${second} of ${durationS} s`);
    await delay(Math.max(0, beganAt + Math.min(second + PROGRESS_S, durationS) * 1_000 - performance.now()));
  }
  const after = cpuSeconds(system);
  const elapsedS = (performance.now() - beganAt) / 1_000;
  await end?.();
  const { worker = 0, coordinator = 0 } = memory.takePeaksMb();
  const ticksExpected = targets * (durationS / intervalS);
  const ledger = await ledgerOf(pool, window, ticksExpected);
  // The window is as long as planned but for some milliseconds: as many checks belong to what was used meanwhile.
  const checks = ledger.carriedOut * (elapsedS / durationS);
  const used = (kind: keyof typeof after) => after[kind] - before[kind];
  const us = (kind: keyof typeof after) => (used(kind) * 1e6) / checks;
  const percent = (seconds: number) => (100 * seconds) / (after.all - before.all);
  const known = used('worker') + used('coordinator') + used('postgres') + used('site') + used('idle');
  return {
    window,
    rate: targets / intervalS,
    ticksExpected,
    ledger,
    cpuUsPerCheck: {
      worker: us('worker'),
      coordinator: us('coordinator'),
      postgres: us('postgres'),
      total: us('worker') + us('coordinator') + us('postgres'),
    },
    machinePercent: {
      worker: percent(used('worker')),
      coordinator: percent(used('coordinator')),
      postgres: percent(used('postgres')),
      site: percent(used('site')),
      // The kernel counts the machine and its processes apart: with hardly anybody else there, this may come out below 0.
      others: Math.max(0, percent(after.all - before.all - known)),
      idle: percent(used('idle')),
    },
    rssMb: { worker, coordinator },
  };
}

function cpuSeconds({ workers, coordinator, server, site }: System) {
  return {
    worker: workers.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0),
    coordinator: cpuSecondsOf(coordinator.pid),
    postgres: cpuSecondsOfTree(server.pid),
    site: cpuSecondsOf(site.pid),
    ...machineSeconds(),
  };
}
