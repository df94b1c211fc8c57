// What will go wrong, when, to whom and for how long: drawn from the seed before anything starts.

import { Random } from './random.ts';

export const WORKERS = 3;
export const COORDINATORS = 2;

/** How often each kind is drawn, beyond once each. PostgreSQL stops everybody at once, so it crashes less often. */
const weights = {
  worker_killed: 2,
  worker_terminated: 2,
  worker_stopped: 2,
  coordinator_killed: 2,
  coordinator_terminated: 2,
  coordinator_stopped: 2,
  connections_cut: 2,
  connections_stalled: 2,
  answer_dropped: 2,
  postgres_crashed: 1,
} as const;

export type FaultKind = keyof typeof weights;
export const faultKinds = Object.keys(weights) as FaultKind[];

export interface PlannedFault {
  readonly kind: FaultKind;
  /** `worker-2`, `coordinator-1`, `postgres`. */
  readonly victim: string;
  /** Milliseconds from the beginning. A fault whose victim is still down from an earlier one waits for it. */
  readonly atMs: number;
  /** How long its victim is away: the pause before it is started again, or how long it is stopped or stalled. */
  readonly lastsMs: number;
}

export interface FaultPlanOptions {
  readonly seed: number;
  readonly faults: number;
  readonly durationMs: number;
  /** Who is stopped is stopped for longer than this. */
  readonly leaseMs: number;
}

/** Every kind occurs where there are at least as many faults as kinds. The moments are spread over the whole duration. */
export function planFaults({ seed, faults, durationMs, leaseMs }: FaultPlanOptions): PlannedFault[] {
  const random = new Random(seed);
  const onceEach = random.shuffled(faultKinds).slice(0, faults);
  const others = Array.from({ length: faults - onceEach.length }, () => random.weighted(weights));
  const slotMs = durationMs / faults;
  return random.shuffled([...onceEach, ...others]).map((kind, slot) => ({
    kind,
    victim: drawVictim(kind, random),
    atMs: Math.floor((slot + random.fraction()) * slotMs),
    lastsMs: drawLength(kind, leaseMs, random),
  }));
}

export function victimNames(): string[] {
  const named = (role: string, count: number) => Array.from({ length: count }, (_, index) => `${role}-${index + 1}`);
  return [...named('worker', WORKERS), ...named('coordinator', COORDINATORS)];
}

function drawVictim(kind: FaultKind, random: Random): string {
  if (kind === 'postgres_crashed') return 'postgres';
  const role =
    kind === 'answer_dropped' ? 'worker' : (['worker', 'coordinator'].find((each) => kind.startsWith(each)) ?? '');
  return random.pick(victimNames().filter((name) => name.startsWith(role)));
}

function drawLength(kind: FaultKind, leaseMs: number, random: Random): number {
  switch (kind) {
    case 'worker_stopped':
    case 'coordinator_stopped':
      return leaseMs + random.between(500, 3_000);
    case 'connections_stalled':
      return random.between(1_500, leaseMs + 2_000);
    case 'connections_cut':
    case 'answer_dropped':
      return 0;
    default:
      return random.between(200, 3_000);
  }
}
