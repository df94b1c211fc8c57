import { expect, it } from '@jest/globals';
import { planEdits } from './edit-plan.ts';
import { faultKinds, planFaults } from './fault-plan.ts';
import { Random } from './random.ts';

const faultOptions = { faults: 40, durationMs: 180_000, leaseMs: 4_000 };
const editOptions = { targets: 200, intervalS: 5, durationMs: 60_000 };

it('the same seed gives the same faults and edits, another seed others', () => {
  expect(planFaults({ seed: 7, ...faultOptions })).toEqual(planFaults({ seed: 7, ...faultOptions }));
  expect(planFaults({ seed: 7, ...faultOptions })).not.toEqual(planFaults({ seed: 8, ...faultOptions }));
  expect(planEdits({ seed: 7, ...editOptions })).toEqual(planEdits({ seed: 7, ...editOptions }));
  expect(planEdits({ seed: 7, ...editOptions })).not.toEqual(planEdits({ seed: 8, ...editOptions }));
});

it('a plan never changes from one version to the next by accident', () => {
  const random = new Random(1);
  expect([random.fraction(), random.fraction(), random.fraction()].map((drawn) => drawn.toFixed(6))).toEqual([
    '0.627074',
    '0.002736',
    '0.527447',
  ]);
});

it.each([1, 2, 3, 4, 5])(
  'plans exactly as many faults as asked for, of every kind, over the whole duration (%d)',
  (seed) => {
    const plan = planFaults({ seed, ...faultOptions });
    expect(plan).toHaveLength(40);
    expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(faultKinds));
    expect(plan.map(({ atMs }) => atMs)).toEqual(plan.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    expect(plan[0]?.atMs).toBeLessThan(4_500);
    expect(plan.at(-1)?.atMs).toBeGreaterThanOrEqual(175_500);
    for (const { kind, victim, lastsMs } of plan) {
      if (kind.endsWith('_stopped')) expect(lastsMs).toBeGreaterThan(4_000);
      if (kind.startsWith('worker_')) expect(victim).toMatch(/^worker-[123]$/);
      if (kind.startsWith('coordinator_')) expect(victim).toMatch(/^coordinator-[12]$/);
    }
    expect(plan.filter(({ kind }) => kind === 'postgres_crashed').length).toBeLessThanOrEqual(8);
  },
);

it('fewer faults than kinds are of different kinds', () => {
  const plan = planFaults({ seed: 1, ...faultOptions, faults: 4 });
  expect(new Set(plan.map(({ kind }) => kind)).size).toBe(4);
});

it('edits what can be edited: nothing is resumed that is not paused, nor restored that is not deleted', () => {
  const edits = planEdits({ seed: 3, ...editOptions });
  const paused = new Set<number>();
  const deleted = new Set<number>();
  for (const { kind, targets, paths } of edits) {
    expect(paths).toHaveLength(targets.length);
    for (const target of targets) {
      expect(deleted.has(target)).toBe(kind === 'restore');
      if (kind === 'pause' || kind === 'resume') expect(paused.has(target)).toBe(kind === 'resume');
      if (kind === 'pause') paused.add(target);
      if (kind === 'resume') paused.delete(target);
      if (kind === 'delete') deleted.add(target);
      if (kind === 'restore') deleted.delete(target);
    }
  }
  expect(new Set(edits.map(({ kind }) => kind)).size).toBe(8);
});
