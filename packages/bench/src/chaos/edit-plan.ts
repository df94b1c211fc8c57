// What is edited meanwhile: every edit drawn from the seed, each a statement that may safely be carried out twice, for
// nobody knows whether one that was cut off has committed.

import { Random } from './random.ts';

const weights = { interval: 3, url: 3, pause: 2, resume: 2, add: 2, delete: 2, restore: 2, locations: 1 } as const;
export type EditKind = keyof typeof weights;

export interface PlannedEdit {
  readonly kind: EditKind;
  readonly atMs: number;
  /** Numbers of targets: `target 7` is the name of number 7. */
  readonly targets: readonly number[];
  /** For `interval` and `add`. */
  readonly intervalS: number;
  /** For `url` and `add`: the path of each target. */
  readonly paths: readonly string[];
  /** For `locations`: whether they are checked from a second place as well, where there is no worker. */
  readonly elsewhere: boolean;
}

export interface EditPlanOptions {
  readonly seed: number;
  readonly targets: number;
  readonly intervalS: number;
  readonly durationMs: number;
}

const EVERY_MS = 500;

/** How pages of the checked site behave, by the first part of their path, in a hundred targets. See site.ts. */
const behaviours = { ok: 70, fails: 10, flaps: 10, slow: 6, closes: 4 } as const;

export function drawPath(random: Random, target: number): string {
  return `/${random.weighted(behaviours)}/${target}?v=${random.between(1, 1_000_000)}`;
}

/** Half of the interval, from 0.5 to 2 seconds: short, so that leases of the dead expire while the run lasts. */
export function timeoutMsFor(intervalS: number): number {
  return Math.min(2_000, Math.max(500, intervalS * 500));
}

interface TargetState {
  paused: boolean;
  deleted: boolean;
}

export function planEdits({ seed, targets, intervalS, durationMs }: EditPlanOptions): PlannedEdit[] {
  const random = new Random(seed ^ 0x5eed_ed17);
  const states: TargetState[] = Array.from({ length: targets }, () => ({ paused: false, deleted: false }));
  const edits: PlannedEdit[] = [];
  for (let slotMs = 0; slotMs + EVERY_MS <= durationMs; slotMs += EVERY_MS) {
    const kind = random.weighted(weights);
    const size = random.between(1, Math.max(1, Math.floor(targets / 100)));
    const chosen = kind === 'add' ? grow(states, size) : choose(states, kind, size, random);
    if (chosen.length === 0) continue;
    for (const target of chosen) Object.assign(states[target] ?? {}, after[kind]);
    edits.push({
      kind,
      atMs: slotMs + random.between(0, EVERY_MS - 1),
      targets: chosen.map((index) => index + 1),
      intervalS: random.pick([intervalS, intervalS + 1, intervalS * 2]),
      paths: chosen.map((index) => drawPath(random, index + 1)),
      elsewhere: random.fraction() < 0.5,
    });
  }
  return edits;
}

const after: Readonly<Partial<Record<EditKind, Partial<TargetState>>>> = {
  pause: { paused: true },
  resume: { paused: false },
  delete: { deleted: true },
  restore: { deleted: false },
};

/** Those that the edit changes: only what is deleted can be restored, and so on. */
function choose(states: readonly TargetState[], kind: EditKind, size: number, random: Random): number[] {
  const fitting: number[] = [];
  for (const [index, { paused, deleted }] of states.entries()) {
    const fits =
      kind === 'restore' ? deleted : !deleted && (kind !== 'resume' || paused) && (kind !== 'pause' || !paused);
    if (fits) fitting.push(index);
  }
  return random.shuffled(fitting).slice(0, size);
}

function grow(states: TargetState[], size: number): number[] {
  const first = states.length;
  for (let count = 0; count < size; count++) states.push({ paused: false, deleted: false });
  return Array.from({ length: size }, (_, index) => first + index);
}
