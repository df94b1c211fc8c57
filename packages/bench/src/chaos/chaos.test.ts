// A short chaos run, one fault of every kind and two more: what it must show, whatever its figures.

import { expect, it } from '@jest/globals';
import { faultKinds } from './fault-plan.ts';
import { ProcessLogs } from './process-logs.ts';
import { chaos } from './run.ts';

it('whatever is killed, stopped, cut off or edited: every tick has one row, and it says what the site served', async () => {
  const logs = await ProcessLogs.create();
  const progress: string[] = [];
  const onProgress = (line: string) => void progress.push(line);
  const options = { targets: 200, intervalS: 2, durationMs: 45_000, kills: 12, seed: 20_260_101, logs, onProgress };
  const report = await chaos(options).catch((error) => {
    throw new Error(`${progress.join('\n')}\nThe logs are in ${logs.directory}`, { cause: error });
  });
  const { kills, recorded, problems, examples } = report;
  // First what explains the rest.
  expect({ problems, examples, logs: report.ok ? '' : logs.directory }).toEqual({
    problems: [],
    examples: [],
    logs: '',
  });
  expect(report).toMatchObject({
    unaccounted: 0,
    duplicates: 0,
    unscheduled: 0,
    pending: 0,
    false_downs: 0,
    false_ups: 0,
    recorded_not_requested: 0,
    requested_not_in_ledger: 0,
    requests_without_tick: 0,
    ok: true,
  });
  expect(Object.keys(kills).toSorted()).toEqual(faultKinds.toSorted());
  expect(Object.values(kills).reduce((sum, times) => sum + times, 0)).toBe(12);
  expect(recorded['up']).toBeGreaterThan(0);
  expect(recorded['down']).toBeGreaterThan(0);
  expect(Object.values(recorded).reduce((sum, ticks) => sum + ticks, 0)).toBe(report.expected);
  await logs.remove();
}, 240_000);
