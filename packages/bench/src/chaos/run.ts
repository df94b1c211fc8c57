// The chaos run: real processes, a seeded sequence of faults and edits, and then the proof and the books.

import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@everytick/testing';
import pg from 'pg';
import { balance } from './books.ts';
import { assemble, type Cast, LEASE_MARGIN_MS } from './cast.ts';
import { drawPath, planEdits, timeoutMsFor } from './edit-plan.ts';
import { Editor } from './editor.ts';
import { FaultInjector } from './fault-injector.ts';
import { type PlannedFault, planFaults } from './fault-plan.ts';
import { LeaseWatch } from './lease-watch.ts';
import { readLedger } from './ledger-rows.ts';
import type { ProcessLogs } from './process-logs.ts';
import { prove } from './proof.ts';
import { Random } from './random.ts';
import { type ChaosReport, chaosReport } from './report.ts';
import { fetchSiteBooks } from './site-books.ts';

export interface ChaosOptions {
  readonly targets: number;
  readonly intervalS: number;
  readonly durationMs: number;
  readonly kills: number;
  readonly seed: number;
  readonly logs: ProcessLogs;
  readonly onProgress: (line: string) => void;
  /** Ends the run early; it rejects then. */
  readonly signal?: AbortSignal;
}

/** When every process is up again, the oldest tick that waits must become this young, and within this time. */
const CALM = { ageMs: 5_000, withinMs: 60_000 };

export function planOf({
  seed,
  kills,
  durationMs,
  intervalS,
}: Omit<ChaosOptions, 'logs' | 'onProgress'>): PlannedFault[] {
  // An edit may double an interval, and the time-out with it.
  const leaseMs = timeoutMsFor(intervalS * 2) + LEASE_MARGIN_MS;
  return planFaults({ seed, faults: kills, durationMs, leaseMs });
}

/** Whatever happens, everything that was started has ended when this settles. */
export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const { targets, intervalS, durationMs, seed, logs, onProgress } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  setMaxListeners(0, signal);
  const problems: string[] = [];
  const onProblem = (problem: string) => {
    problems.push(problem);
    onProgress(problem);
  };

  await using stack = new AsyncDisposableStack();
  stack.defer(() => failed.abort());
  onProgress(`starting; logs in ${logs.directory}`);
  const cast = await assemble(stack, logs, onProblem);
  const pool = new pg.Pool({ connectionString: cast.postgres.url, max: 3, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined); // PostgreSQL crashes; whoever asks next hears of it
  stack.defer(() => pool.end());
  const leases = new LeaseWatch(pool);
  const editor = new Editor({ pool, origins: cast.origins, signal });

  const random = new Random(seed ^ 0x7a46_e75);
  await editor.addFirst(
    Array.from({ length: targets }, (_, index) => drawPath(random, index + 1)),
    intervalS,
  );
  await eventually(async () => (await pool.query('SELECT FROM leases')).rowCount === targets, { timeoutMs: 60_000 });
  signal.throwIfAborted();

  const plan = planOf(options);
  const injector = new FaultInjector({ members: cast.members, postgres: cast.postgres, signal, onProgress });
  const watchEnds = new AbortController();
  const watching = leases.look(AbortSignal.any([signal, watchEnds.signal]));
  const [faults] = await Promise.all([
    injector.carryOut(plan),
    editor.carryOut(planEdits({ seed, targets, intervalS, durationMs })),
    delay(durationMs, undefined, { signal }),
  ]);

  onProgress('faults are over; waiting until no tick is pending for long');
  const backAt = performance.now();
  await reportFailure(leases.untilCalm(CALM.ageMs, CALM.withinMs), onProblem);
  const calmAfterMs = Math.round(performance.now() - backAt);
  watchEnds.abort();
  await watching;
  await stopInOrder(cast, editor, leases, onProblem, onProgress);

  onProgress('proof and books');
  const { proof, proven } = await prove(cast.postgres.url);
  const rows = await readLedger(pool);
  const site = await fetchSiteBooks(cast.origins[0] ?? '');
  return chaosReport({
    options,
    plan,
    faults,
    edits: { ...editor.done },
    editRetries: editor.retries,
    proof,
    proven,
    rows,
    site,
    books: balance(rows, site),
    calmAfterMs,
    oldestPendingMs: leases.oldestPendingMs,
    logged: await logs.complaints(),
    problems,
  });
}

/** All targets are deleted, what is still owed is settled, then everybody leaves. */
async function stopInOrder(
  { members }: Cast,
  editor: Editor,
  leases: LeaseWatch,
  onProblem: (problem: string) => void,
  onProgress: (line: string) => void,
): Promise<void> {
  onProgress('deleting all targets, and stopping everybody in order');
  await editor.deleteAll();
  await reportFailure(leases.untilNothingOwed(CALM.withinMs), onProblem);
  for (const role of ['worker', 'coordinator']) {
    await Promise.all(
      [...members.values()].filter(({ name }) => name.startsWith(role)).map((member) => member.terminate()),
    );
  }
}

/** What does not come about in time is a finding, and the books are still worth seeing. */
async function reportFailure(awaited: Promise<void>, onProblem: (problem: string) => void): Promise<void> {
  await awaited.catch((error: Error) => onProblem(error.message));
}
