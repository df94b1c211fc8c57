// `pnpm bench NAME`: benchmarks, one command each. Figures are printed, never judged.

import { Command, InvalidArgumentError, Option } from 'commander';
import { apiBench } from './api/api-bench.ts';
import { checks } from './checks.ts';
import { endChildrenOnSignal } from './end-children.ts';
import { fetchCost } from './fetch/fetch.ts';
import { leaseDesigns } from './lease-designs.ts';
import { compileProgram } from './load/deployed-program.ts';
import { peers } from './peers/peers.ts';
import { type Report, toJson, toText } from './report.ts';
import { rowsBench } from './rows.ts';
import { saturate } from './saturate.ts';
import { scaleOut } from './scale-out/scale-out.ts';
import { contenders, schedule } from './schedule/schedule.ts';
import { soak } from './soak/soak.ts';
import { targetMetricsBench } from './target-metrics.ts';
import { timing } from './timing/timing.ts';
import { upgrade } from './upgrade/upgrade.ts';
import { uptimeBench } from './uptime.ts';
import { verifyBench } from './verify.ts';

const onProgress = (line: string) => process.stderr.write(`${line}\n`);

function show(report: Report, json: boolean | undefined): void {
  process.stdout.write(json ? toJson(report) : toText(report));
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return value;
}

const defaultRates = [50, 500];

/** For an option that takes several numbers; commander gives the defaults as what came before the first one. */
function countsInsteadOf(defaults: readonly number[]): (text: string, before: readonly number[]) => readonly number[] {
  return (text, before) => [...(before === defaults ? [] : before), count(text)];
}

const program = new Command('bench').description('Benchmarks of Everytick: a table, or JSON, with the machine named.');

program
  .command('api')
  .description(
    'how long lists, filters and summaries take, by the functions of core and by HTTP, with a ledger of some days',
  )
  .option('--targets <n>', 'how many targets', count, 10_000)
  .option('--days <n>', 'how far back their results go', count, 7)
  .option('--every <seconds>', 'their interval', count, 60)
  .option('--requests <n>', 'questions of each kind, by each way', count, 100)
  .option('--json', 'print JSON')
  .action(async ({ targets, days, every, requests, json }) => {
    show(await apiBench({ targets, days, intervalS: every, requests, onProgress }), json);
  });

program
  .command('checks')
  .description(
    'the whole system at a given rate: CPU of a check by process, lateness, memory, every tick recorded once?',
  )
  .option('--targets <n>', 'how many targets', count, 2_000)
  .option('--interval <seconds>', 'their interval', count, 5)
  .option('--duration <seconds>', 'how long each run is; a multiple of the interval', count, 60)
  .option('--warm-up <seconds>', 'under load before the first run', count, 15)
  .option('--runs <n>', 'runs, one after the other; the figures are their medians', count, 3)
  .option('--workers <n>', 'how many worker processes', count, 1)
  .option('--tls', 'HTTPS', false)
  .option('--profile <directory>', 'profile the last run, which it makes slower: by function and by statement')
  .option('--json', 'print JSON')
  .action(async ({ targets, interval, json, ...given }) => {
    const { duration: durationS, warmUp: warmUpS, runs, workers, tls: secure, profile: profileDir } = given;
    const options = { targets, intervalS: interval, durationS, warmUpS, runs, workers, secure, profileDir };
    await compileProgram(onProgress);
    show(await checks({ ...options, onProgress }), json);
  });

program
  .command('fetch')
  .description('CPU of one check over HTTP and HTTPS: our fetcher against bare loops of undici, node:http and sockets')
  .option('--checks <n>', 'checks in a round', count, 3_000)
  .option('--concurrency <n>', 'checks at a time', count, 32)
  .addOption(
    new Option('--rate <n>', 'so many a second, each at a moment of its own; not with --concurrency')
      .argParser(count)
      .conflicts('concurrency'),
  )
  .option('--rounds <n>', 'rounds of each way; the table has their medians', count, 5)
  .option('--json', 'print JSON')
  .action(async ({ checks, concurrency, rate, rounds, json }) => {
    const pace = rate === undefined ? { concurrency } : { rate };
    show(await fetchCost({ checks, pace, rounds, onProgress }), json);
  });

program
  .command('lease-designs')
  .description('claim and finish without fetching: the lease design in force against the one that lost')
  .option('--leases <n>', 'how many leases, all due', count, 300_000)
  .option('--batch <n>', 'leases in one claim', count, 200)
  .option('--connections <n>', 'claiming at once', count, 4)
  .option('--runs <n>', 'runs of each design; the table has their medians', count, 3)
  .option('--json', 'print JSON')
  .action(async ({ leases, batch, connections, runs, json }) => {
    show(await leaseDesigns({ leases, batch, connections, runs, onProgress }), json);
  });

program
  .command('peers')
  .description(
    'CPU of a check, ours and that of Prometheus with blackbox_exporter (Debian: prometheus, prometheus-blackbox-exporter)',
  )
  .option('--targets <n>', 'how many targets', count, 2_000)
  .option('--interval <seconds>', 'their interval', count, 5)
  .option('--duration <seconds>', 'how long each turn is; a multiple of the interval', count, 60)
  .option('--warm-up <seconds>', 'under load at the beginning of each turn', count, 15)
  .option('--runs <n>', 'turns of each; the figures are their medians', count, 3)
  .option('--tls', 'HTTPS', false)
  .option('--json', 'print JSON')
  .action(async ({ targets, interval, duration, warmUp, runs, tls: secure, json }) => {
    const options = { targets, intervalS: interval, durationS: duration, warmUpS: warmUp, runs, secure };
    await compileProgram(onProgress);
    show(await peers({ ...options, onProgress }), json);
  });

program
  .command('rows')
  .description('what a row of the ledger costs on disk, with its part of the indexes')
  .option('--targets <n>', 'how many targets', count, 500)
  .option('--ticks <n>', 'of each of them', count, 1_440)
  .option('--json', 'print JSON')
  .action(async ({ targets, ticks, json }) => {
    show(await rowsBench({ targets, ticks, onProgress }), json);
  });

program
  .command('saturate')
  .description('the largest rate that is held with nothing missed and nearly all checks on time, all on this machine')
  .option('--workers <n>', 'how many worker processes', count, 2)
  .option('--interval <seconds>', 'of the targets', count, 5)
  .option('--from <rate>', 'checks per second to begin with', count, 1_000)
  .option('--at-most <rate>', 'checks per second beyond which nothing is tried', count, 100_000)
  .option('--trial <seconds>', 'how long a rate is tried; a multiple of the interval', count, 15)
  .option(
    '--duration <seconds>',
    'how long the rate that was found must be held; a multiple of the interval',
    count,
    60,
  )
  .option('--lateness <ms>', 'what 99 of 100 checks may be late at most', count, 250)
  .option('--tls', 'HTTPS', false)
  .option('--json', 'print JSON')
  .action(async ({ workers, interval, from, atMost, trial, duration, lateness, tls: secure, json }) => {
    const rates = { fromRate: from, atMostRate: atMost, trialS: trial, durationS: duration, latenessMs: lateness };
    await compileProgram(onProgress);
    show(await saturate({ workers, intervalS: interval, ...rates, secure, onProgress }), json);
  });

const defaultWorkers = [1, 2, 4, 8];

program
  .command('scale-out')
  .description('what several workers do beside one, each held to a small share of a processor (Linux, as root)')
  .option('--workers <n...>', 'how many, one measurement for each', countsInsteadOf(defaultWorkers), defaultWorkers)
  .option('--percent <n>', 'of one processor, for each worker', count, 5)
  .option('--rate <n>', 'checks per second owed for each worker: more than it can do', count, 300)
  .option('--interval <seconds>', 'of the targets', count, 5)
  .option('--duration <seconds>', 'how long each run is; a multiple of the interval', count, 20)
  .option('--warm-up <seconds>', 'without limits, before the first run', count, 60)
  .option('--runs <n>', 'runs, one after the other; the figures are their medians', count, 3)
  .option('--json', 'print JSON')
  .action(async ({ workers, percent, rate, interval, duration, warmUp, runs, json }) => {
    const load = { percent, ratePerWorker: rate, intervalS: interval, durationS: duration, warmUpS: warmUp, runs };
    await compileProgram(onProgress);
    show(await scaleOut({ workers, ...load, onProgress }), json);
  });

const defaultLeases = [10_000, 100_000, 1_000_000];
const jobQueues = contenders.map(({ name }) => name).filter((name) => name !== 'everytick');

program
  .command('schedule')
  .description('claim and finish without fetching: our scheduler against job queues that do the same recurring work')
  .option(
    '--leases <n...>',
    'how many pieces of work, one measurement for each',
    countsInsteadOf(defaultLeases),
    defaultLeases,
  )
  .option('--interval <seconds>', 'over which they are spread, and after which each comes again', count, 40)
  .option('--batch <n>', 'in one claim', count, 500)
  .option('--connections <n>', 'claiming at once', count, 3)
  .option('--seconds <n>', 'how long each run is', count, 20)
  .option('--warm-up <seconds>', 'before the first run', count, 5)
  .option('--runs <n>', 'runs, one after the other; the table has their medians', count, 3)
  .option('--against <names...>', `job queues to measure too: ${jobQueues.join(', ')}`, jobQueues)
  .option('--alone', 'measure no job queue', false)
  .option('--json', 'print JSON')
  .action(async ({ leases, interval, batch, connections, seconds, warmUp, runs, against, alone, json }) => {
    const options = { leases, intervalS: interval, batch, connections, seconds, warmUpS: warmUp, runs };
    show(await schedule({ ...options, against: alone ? [] : against, onProgress }), json);
  });

program
  .command('soak')
  .description('an hour under load: memory, sizes of tables, lateness over time, as figures and as a picture')
  .option('--targets <n>', 'how many targets', count, 2_000)
  .option('--interval <seconds>', 'their interval', count, 5)
  .option('--duration <seconds>', 'how long; a multiple of the interval', count, 3_600)
  .option('--sample <seconds>', 'how often everything is looked at', count, 10)
  .option('--warm-up <seconds>', 'under load before that', count, 15)
  .option('--workers <n>', 'how many worker processes', count, 1)
  .option('--tls', 'HTTPS', false)
  .option('--svg <file>', 'leave a picture there')
  .option('--json', 'print JSON, with all samples')
  .action(async ({ targets, interval, duration, sample, warmUp, workers, tls: secure, svg, json }) => {
    const load = { targets, intervalS: interval, durationS: duration, sampleS: sample, warmUpS: warmUp, workers };
    await compileProgram(onProgress);
    show(await soak({ ...load, secure, svg, onProgress }), json);
  });

program
  .command('target-metrics')
  .description('how long whole answers of /metrics/targets take, and what their coordinator cannot do meanwhile')
  .option('--targets <n>', 'how many targets', count, 10_000)
  .option('--days <n>', 'how far back their results go', count, 2)
  .option('--every <seconds>', 'their interval', count, 60)
  .option('--runs <n>', 'answers of each encoding; the table has their medians and the worst', count, 15)
  .option('--json', 'print JSON')
  .action(async ({ targets, days, every, runs, json }) => {
    show(await targetMetricsBench({ settled: true, targets, days, intervalS: every, runs, onProgress }), json);
  });

program
  .command('timing')
  .description('are the phases of a check what the server did? Our fetcher, and blackbox_exporter, against the truth')
  .option('--rates <n...>', 'checks per second, one run for each', countsInsteadOf(defaultRates), defaultRates)
  .option('--duration <seconds>', 'how long each run is', count, 20)
  .option('--seed <n>', 'draws the delays', count, 1)
  .option('--blackbox', 'measure blackbox_exporter too (prometheus-blackbox-exporter of Debian)', false)
  .option('--json', 'print JSON, one line for each monitor')
  .action(async ({ rates, duration, seed, blackbox, json }) => {
    for (const report of await timing({ rates, durationS: duration, seed, blackbox, onProgress })) show(report, json);
  });

program
  .command('upgrade')
  .description(
    'a release at work is migrated and replaced by this version: is every tick accounted for? Exit code 1 if not',
  )
  .option('--from <ref>', 'the release, a tag or a commit; the newest release where it is absent')
  .option('--targets <n>', 'how many targets', count, 300)
  .option('--interval <seconds>', 'their interval', count, 2)
  .option('--stage <seconds>', 'how long each of the four stages lasts', count, 15)
  .option('--json', 'print JSON')
  .action(async ({ from, targets, interval, stage, json }) => {
    const report = await upgrade({ from, targets, intervalS: interval, stageS: stage, onProgress });
    show(report, json);
    for (const problem of report.problems) onProgress(problem);
    if (report.problems.length > 0) process.exitCode = 1;
  });

program
  .command('uptime')
  .description('what hours and days cost to build, and how long the uptime of a year takes')
  .option('--targets <n>', 'how many targets', count, 2_000)
  .option('--interval <seconds>', 'their interval', count, 60)
  .option('--questions <n>', 'of each kind', count, 100)
  .option('--json', 'print JSON')
  .action(async ({ targets, interval, questions, json }) => {
    show(await uptimeBench({ targets, intervalS: interval, questions, onProgress }), json);
  });

program
  .command('verify')
  .description('how long the proof takes that every tick is accounted for')
  .option('--rows <n>', 'rows in the ledger', count, 10_000_000)
  .option('--targets <n>', 'of so many targets', count, 2_000)
  .option('--runs <n>', 'proofs; the table has their median', count, 3)
  .option('--json', 'print JSON')
  .action(async ({ rows, targets, runs, json }) => {
    show(await verifyBench({ rows, targets, runs, onProgress }), json);
  });

endChildrenOnSignal();
try {
  await program.parseAsync();
} catch (error) {
  // What is not installed, or does not fit together, is told in a sentence; what went wrong, with all there is to know.
  process.stderr.write(
    `${error instanceof Error && error.constructor !== Error ? error.stack : (error as Error).message}\n`,
  );
  process.exitCode = 1;
}
