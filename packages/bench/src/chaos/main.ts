// `pnpm chaos`: everything that can be killed is killed, and then the books are balanced. Exit codes: 0 they do, 1 they do
// not or the run failed, 2 used wrongly, 130 interrupted.

import { randomInt } from 'node:crypto';
import { parseDurationMs } from '@everytick/core';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ProcessLogs } from './process-logs.ts';
import { toJson, toText } from './report.ts';
import { chaos } from './run.ts';

function count(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  }
  return value;
}

function seedNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value >= 2 ** 32) throw new InvalidArgumentError('It must be a whole number below 2^32.');
  return value;
}

function duration(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === null || ms < 1_000) throw new InvalidArgumentError('It must be a duration such as 5s or 3m, 1s or more.');
  return ms;
}

function wholeSeconds(text: string): number {
  const ms = duration(text);
  if (ms % 1_000 !== 0 || ms > 3_600_000) throw new InvalidArgumentError('It must be whole seconds, at most an hour.');
  return ms;
}

const program = new Command('chaos')
  .description(
    'Three workers, two coordinators and PostgreSQL, as real processes that are killed, stopped and cut off while ' +
      'targets are edited. Then the proof that every tick is accounted for, balanced against the books of the site ' +
      'that was checked.',
  )
  .option('--targets <n>', 'how many targets to begin with', count, 2_000)
  .addOption(new Option('--interval <duration>', 'their interval').argParser(wholeSeconds).default(5_000, '5s'))
  .addOption(
    new Option('--duration <duration>', 'over how long the faults are spread')
      .argParser(duration)
      .default(180_000, '180s'),
  )
  .option('--kills <n>', 'how many faults', count, 40)
  .option('--seed <n>', 'the same seed gives the same faults and edits; one is chosen where it is absent', seedNumber)
  .option('--json', 'print JSON')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();
const {
  targets,
  interval,
  duration: durationMs,
  kills,
  seed = randomInt(2 ** 32),
  json,
} = program.opts<{
  targets: number;
  interval: number;
  duration: number;
  kills: number;
  seed?: number;
  json?: boolean;
}>();

const begunAt = performance.now();
const onProgress = (line: string) => {
  process.stderr.write(`${((performance.now() - begunAt) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
};
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    onProgress(`${signal}: ending everything`);
    interrupted.abort();
  });
}

onProgress(`seed ${seed}`);
const logs = await ProcessLogs.create();
try {
  const report = await chaos({
    targets,
    intervalS: interval / 1_000,
    durationMs,
    kills,
    seed,
    logs,
    onProgress,
    signal: interrupted.signal,
  });
  process.stdout.write(json ? toJson(report) : toText(report));
  if (report.ok) await logs.remove();
  else onProgress(`the logs of all processes are in ${logs.directory}`);
  process.exitCode = report.ok ? 0 : 1;
} catch (error) {
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
  if (!interrupted.signal.aborted) onProgress((error as Error).stack ?? String(error));
  onProgress(`seed ${seed}; the logs of all processes are in ${logs.directory}`);
}

// Everything has ended by now. A socket that was reset while it was stalled must not keep an interrupted run alive.
process.exit();
