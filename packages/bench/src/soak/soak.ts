// `bench soak`: a system under load for an hour: does its memory grow, do its tables, does it get later? Samples every few
// seconds, as figures and as a picture.

import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { requireWholeIntervals } from '../checks.ts';
import { benchPostgresWords } from '../load/bench-postgres.ts';
import { startBenchSite } from '../load/bench-site.ts';
import { requireCpuTimes } from '../load/cpu-time.ts';
import { figuresOf } from '../load/load-figures.ts';
import { measureWindow } from '../load/measured-window.ts';
import { startSystem } from '../load/system.ts';
import { median } from '../median.ts';
import { machine, type Report, rounded } from '../report.ts';
import { chartSvg } from './chart.ts';
import { type Sample, type Sampler, startSampler } from './sampler.ts';

export interface SoakOptions {
  readonly targets: number;
  readonly intervalS: number;
  readonly durationS: number;
  readonly sampleS: number;
  readonly warmUpS: number;
  readonly workers: number;
  readonly secure: boolean;
  /** Where the picture is left, if anywhere. */
  readonly svg?: string | undefined;
  readonly onProgress: (line: string) => void;
}

const PROGRESS_S = 60;

export async function soak(options: SoakOptions): Promise<Report> {
  const { targets, intervalS, durationS, sampleS, warmUpS, workers, secure, svg, onProgress } = options;
  requireCpuTimes();
  requireWholeIntervals(durationS, intervalS);
  // An hour is long to learn in the end that a file cannot be written.
  if (svg !== undefined) await writeFile(svg, '');
  await using site = await startBenchSite({ secure });
  await using system = await startSystem({ site, workers });
  await system.setTargets(targets, intervalS);
  onProgress(`warming up for ${warmUpS} s`);
  await delay(warmUpS * 1_000);

  let sampler: Sampler | undefined;
  let saidAt = Number.NEGATIVE_INFINITY;
  const window = await measureWindow(system, {
    targets,
    intervalS,
    durationS,
    onProgress: () => undefined,
    alongside() {
      const started = startSampler(system, sampleS, (sample) => {
        if (sample.second - saidAt < PROGRESS_S) return;
        saidAt = sample.second;
        onProgress(wordsOf(sample, durationS));
      });
      sampler = started;
      return Promise.resolve(started.stop);
    },
  });
  const samples = sampler?.samples ?? [];
  const scheme = secure ? 'https' : 'http';
  if (svg !== undefined) {
    const title = `Everytick: ${targets.toLocaleString('en-US')} targets every ${intervalS} s, ${targets / intervalS} checks/s`;
    await writeFile(svg, chartSvg({ title, subtitle: machine(), ...seriesOf(samples) }));
  }
  return {
    bench: 'soak',
    parameters: {
      targets,
      interval_s: intervalS,
      duration_s: durationS,
      sample_s: sampleS,
      warm_up_s: warmUpS,
      workers,
      coordinators: 1,
      scheme,
      connections: 'fresh',
      pattern: site.pattern,
      postgres: benchPostgresWords,
    },
    rows: evenly(samples, SHOWN_SAMPLES),
    samples,
    figures: { ...figuresOf([window]), ...growthOf(samples), ...sizesOf(samples, window.ledger.recorded) },
  };
}

/** In the table; all of them are in the JSON. */
const SHOWN_SAMPLES = 10;

function evenly<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  const places = Array.from({ length: count }, (_, index) => Math.round((index * (all.length - 1)) / (count - 1)));
  return all.filter((_, index) => places.includes(index));
}

/** The last quarter's median less that of the second: the first one is still filling caches. */
function growthOf(samples: readonly Sample[]): Record<string, number> {
  const quarter = (number: number) =>
    samples.slice(Math.floor((samples.length * (number - 1)) / 4), Math.ceil((samples.length * number) / 4));
  const middle = (of: readonly Sample[], name: string) => median(of.map((sample) => sample[name] ?? Number.NaN));
  const growth = (name: string) => rounded(middle(quarter(4), name) - middle(quarter(2), name), 2);
  return {
    worker_rss_growth_mb: growth('worker_rss_mb'),
    worker_heap_growth_mb: growth('worker_heap_mb'),
    coordinator_rss_growth_mb: growth('coordinator_rss_mb'),
    leases_growth_mb: rounded(growth('leases_heap_mb') + growth('leases_index_mb'), 2),
  };
}

function sizesOf(samples: readonly Sample[], rowsOfWindow: number): Record<string, number> {
  const [first, last] = [samples[0], samples.at(-1)];
  const most = (name: string) => Math.max(...samples.map((sample) => sample[name] ?? Number.NaN));
  if (first === undefined || last === undefined) return {};
  const share = (last.second - first.second) / Math.max(1, last.second);
  return {
    leases_heap_max_mb: most('leases_heap_mb'),
    leases_index_max_mb: most('leases_index_mb'),
    leases_dead_tuples_max: most('leases_dead_tuples'),
    ledger_bytes_per_row: rounded(((last.ledger_mb - first.ledger_mb) * 1e6) / (rowsOfWindow * share), 1),
  };
}

function wordsOf(sample: Sample, durationS: number): string {
  const { second, lateness_p99_ms, missed, worker_rss_mb, coordinator_rss_mb, leases_dead_tuples } = sample;
  return `${second} of ${durationS} s: p99 ${lateness_p99_ms} ms late, ${missed} missed, worker ${worker_rss_mb} MB, coordinator ${coordinator_rss_mb} MB, ${leases_dead_tuples} dead tuples`;
}

function seriesOf(samples: readonly Sample[]) {
  const series = (names: Readonly<Record<string, string>>) =>
    Object.entries(names).map(([name, column]) => ({
      name,
      values: samples.map((sample) => sample[column] ?? Number.NaN),
    }));
  return {
    seconds: samples.map(({ second }) => second),
    panels: [
      {
        title: 'Lateness of checks (ms)',
        logarithmic: true,
        series: series({ max: 'lateness_max_ms', p99: 'lateness_p99_ms', p50: 'lateness_p50_ms' }),
      },
      {
        title: 'CPU of a check (us)',
        series: series({ worker: 'worker_us', PostgreSQL: 'postgres_us', coordinator: 'coordinator_us' }),
      },
      {
        title: 'Memory (MB)',
        series: series({
          'worker, resident': 'worker_rss_mb',
          'coordinator, resident': 'coordinator_rss_mb',
          'worker, heap': 'worker_heap_mb',
          'coordinator, heap': 'coordinator_heap_mb',
        }),
      },
      { title: 'Leases (MB)', series: series({ table: 'leases_heap_mb', indexes: 'leases_index_mb' }) },
      { title: 'Dead tuples on leases', series: series({ 'dead tuples': 'leases_dead_tuples' }) },
      { title: 'Ledger, indexes included (MB)', series: series({ ledger: 'ledger_mb', database: 'database_mb' }) },
      { title: 'Missed ticks', series: series({ missed: 'missed' }) },
    ],
  };
}
