import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeScratchDirectory } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import { expectLoadFigures } from '../load/expected-figures.ts';
import { toJson } from '../report.ts';
import { decades, roundMarks, timeMarks } from './axis.ts';
import { soak } from './soak.ts';

it('bench soak samples a system, and leaves a picture', async () => {
  const svg = join(await makeScratchDirectory(), 'soak.svg');
  const load = { targets: 20, intervalS: 1, durationS: 4, sampleS: 2, warmUpS: 5, workers: 1, secure: false };
  const report = await soak({ ...load, svg, onProgress: () => undefined });
  expectLoadFigures(report, { rate: 20, checks: 80, missed: 0 });
  const { samples } = JSON.parse(toJson(report));
  expect(samples.length).toBeGreaterThanOrEqual(1);
  for (const sample of samples) {
    for (const [name, value] of Object.entries(sample)) expect([name, value]).toEqual([name, expect.any(Number)]);
    expect(sample.checks).toBeGreaterThan(20);
  }
  expect(await readFile(svg, 'utf8')).toMatch(
    /^<svg[\s\S]*Lateness of checks[\s\S]*<polyline points="\d[\s\S]*<\/svg>\n$/,
  );
}, 60_000);

describe('the marks of an axis', () => {
  it('are round, and reach around what is shown', () => {
    expect(roundMarks(0, 97, 4)).toEqual([0, 25, 50, 75, 100]);
    expect(roundMarks(0, 0.037, 4)).toEqual([0, 0.01, 0.02, 0.03, 0.04]);
    expect(roundMarks(0, 0, 4)[0]).toBe(0);
    expect(decades(0.3, 120)).toEqual([0.1, 1, 10, 100, 1_000]);
  });

  it('of time are in the unit that is short', () => {
    expect(timeMarks(60).at(-1)).toEqual({ at: 60, label: '60 s' });
    expect(timeMarks(3_600).at(-1)).toEqual({ at: 3_600, label: '60 min' });
  });
});
