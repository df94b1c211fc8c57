// `bench saturate`: the largest rate that is held with nothing missed and nearly all checks on time, everything being on this
// machine: the database, the coordinator, the workers, and the site as well, whose share is told.
//
// The rate is the number of targets: doubled until it is not held, then halved between what was held and what was not, in
// short trials; what is found must then be held for the full time, or a little less is tried.

import { setTimeout as delay } from 'node:timers/promises';
import { requireWholeIntervals } from './checks.ts';
import { benchPostgresWords } from './load/bench-postgres.ts';
import { startBenchSite } from './load/bench-site.ts';
import { requireCpuTimes } from './load/cpu-time.ts';
import { figuresOf } from './load/load-figures.ts';
import { type MeasuredWindow, measureWindow } from './load/measured-window.ts';
import { type System, startSystem } from './load/system.ts';
import { type Report, rounded } from './report.ts';

export interface SaturateOptions {
  readonly workers: number;
  readonly intervalS: number;
  readonly fromRate: number;
  /** Nothing above is tried. */
  readonly atMostRate: number;
  readonly trialS: number;
  readonly durationS: number;
  /** What the 99th percentile of lateness must stay below. */
  readonly latenessMs: number;
  readonly secure: boolean;
  readonly onProgress: (line: string) => void;
}

interface Trial {
  readonly rate: number;
  readonly seconds: number;
  readonly window: MeasuredWindow;
  /** Undefined where the rate was held. */
  readonly why: string | undefined;
}

/** The search ends when what was held and what was not are this close. */
const PRECISION = 0.04;
/** As much less is tried when a rate is not held for the full time. */
const STEP_DOWN = 0.96;

/** Sites of a monitor are many hosts. These are enough that no limit of a single one is met. */
const addresses = Array.from({ length: 32 }, (_, index) => `127.0.0.${index + 1}`);

/** Room for what is claimed half a second ahead at such rates. */
const env = { EVERYTICK_MAX_IN_FLIGHT: '5000' };

export async function saturate(options: SaturateOptions): Promise<Report> {
  const { workers, intervalS, trialS, durationS, latenessMs, secure } = options;
  requireCpuTimes();
  requireWholeIntervals(trialS, intervalS);
  requireWholeIntervals(durationS, intervalS);
  await using site = await startBenchSite({ secure, addresses });
  await using system = await startSystem({ site, workers, env });
  const trials: Trial[] = [];
  const held = async (rate: number, seconds: number) => {
    // Once more, for a hiccup of the machine is no limit.
    for (let attempt = 1; attempt <= 2; attempt++) {
      const trial = await tryRate(system, rate, seconds, options);
      trials.push(trial);
      options.onProgress(wordsOf(trial));
      if (trial.why === undefined) return trial.window;
    }
    return undefined;
  };

  let rate = await search(
    options.fromRate,
    options.atMostRate,
    async (candidate) => (await held(candidate, trialS)) !== undefined,
  );
  let found = await held(rate, durationS);
  while (found === undefined) {
    rate = Math.floor(rate * STEP_DOWN);
    if (rate < 1) throw new Error('no rate at all was held');
    found = await held(rate, durationS);
  }
  const shares = Object.entries(found.machinePercent).map(([who, percent]) => [who, rounded(percent, 1)]);
  return {
    bench: 'saturate',
    parameters: {
      interval_s: intervalS,
      workers,
      coordinators: 1,
      duration_s: durationS,
      trial_s: trialS,
      lateness_p99_below_ms: latenessMs,
      scheme: secure ? 'https' : 'http',
      connections: 'fresh',
      hosts: addresses.length,
      ...env,
      postgres: benchPostgresWords,
    },
    rows: trials.map(rowOf),
    figures: { ...figuresOf([found]), machine_percent: Object.fromEntries(shares) },
  };
}

/** The largest rate that is held, by trials of which each is worth its time. */
export async function search(
  from: number,
  atMost: number,
  isHeld: (rate: number) => Promise<boolean>,
): Promise<number> {
  let low = 0;
  let high = Math.min(from, atMost);
  while (await isHeld(high)) {
    low = high;
    if (low === atMost) return low;
    high = Math.min(2 * low, atMost);
  }
  while (high - low > Math.max(1, PRECISION * low)) {
    const middle = Math.round((low + high) / 2);
    if (await isHeld(middle)) low = middle;
    else high = middle;
  }
  if (low === 0) throw new Error('no rate at all was held');
  return low;
}

async function tryRate(system: System, rate: number, seconds: number, options: SaturateOptions): Promise<Trial> {
  const { intervalS, latenessMs } = options;
  const targets = rate * intervalS;
  await system.setTargets(targets, intervalS);
  // Those that begin now begin within a second, all of them. What that delays is over after a whole interval.
  await delay((intervalS + 2) * 1_000);
  const window = await measureWindow(system, {
    targets,
    intervalS,
    durationS: seconds,
    onProgress: () => undefined,
  });
  return { rate, seconds, window, why: whyNotHeld(window, latenessMs) };
}

function whyNotHeld({ ledger, ticksExpected }: MeasuredWindow, latenessMs: number): string | undefined {
  if (ledger.missed > 0) return `${ledger.missed} missed`;
  if (ledger.recorded !== ticksExpected) return `${ledger.recorded} of ${ticksExpected} recorded`;
  if (ledger.up !== ticksExpected) return `${ticksExpected - ledger.up} not up`;
  if (ledger.duplicates > 0) return `${ledger.duplicates} recorded twice`;
  return ledger.latenessMs.p99 < latenessMs ? undefined : `${Math.round(ledger.latenessMs.p99)} ms late (p99)`;
}

function wordsOf({ rate, seconds, window, why }: Trial): string {
  const { idle, others } = window.machinePercent;
  const result = why === undefined ? 'held' : `not held: ${why}`;
  return `${rate}/s for ${seconds} s: ${result}; p99 ${rounded(window.ledger.latenessMs.p99, 1)} ms late, machine ${Math.round(idle)} % idle, ${Math.round(others)} % others`;
}

function rowOf({ rate, seconds, window, why }: Trial): Record<string, number | string> {
  return {
    rate,
    seconds,
    held: why === undefined ? 'yes' : why,
    lateness_p50_ms: rounded(window.ledger.latenessMs.p50, 2),
    lateness_p99_ms: rounded(window.ledger.latenessMs.p99, 2),
    total_us: rounded(window.cpuUsPerCheck.total, 1),
    idle_percent: rounded(window.machinePercent.idle, 1),
  };
}
