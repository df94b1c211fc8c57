// `bench upgrade`: a release at work is migrated and replaced by this version, without a pause. Judged, unlike benchmarks:
// every tick must be accounted for once, whichever version carried it out, and nobody may leave with an error.

import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { migrate } from '@everytick/cli/migrate';
import { eventually, startOwnPostgres, startProcess } from '@everytick/testing';
import pg from 'pg';
import type { Proof } from '../chaos/proof.ts';
import type { Report } from '../report.ts';
import { runCommand, startFleet } from './fleet.ts';
import { installRelease, type Release, thisVersion } from './release.ts';
import { STAGES, type Stage, type StageFigures, stageFigures } from './stages.ts';

export interface UpgradeOptions {
  /** A tag or a commit; without it, the newest release. */
  readonly from?: string | undefined;
  readonly targets: number;
  readonly intervalS: number;
  /** How long each of the stages lasts. */
  readonly stageS: number;
  /** In place of this version's own migrations: those and more, as a later version may have them. */
  readonly migrationsDir?: string;
  readonly onProgress: (line: string) => void;
}

export interface UpgradeReport extends Report {
  readonly rows: readonly StageFigures[];
  /** What should not have been, in sentences; empty if all went well. */
  readonly problems: readonly string[];
}

export async function upgrade(options: UpgradeOptions): Promise<UpgradeReport> {
  await using release = await installRelease(options.from, options.onProgress);
  return await upgradeFrom(release, options);
}

/** Whatever happens, everything that was started has ended when this settles. */
export async function upgradeFrom(release: Release, options: UpgradeOptions): Promise<UpgradeReport> {
  const { targets, intervalS, stageS, migrationsDir, onProgress } = options;
  await using stack = new AsyncDisposableStack();
  const current = await thisVersion();
  const { url } = stack.use(await startOwnPostgres({ settings: { fsync: 'on', full_page_writes: 'on' } }));
  const migrated = await runCommand(release, ['migrate'], url);
  if (migrated.code !== 0) throw new Error(`the release cannot migrate an empty database:\n${migrated.stderr}`);
  const site = stack.use(await startProcess(process.execPath, [fileURLToPath(new URL('../site.ts', import.meta.url))]));
  const origin = (await site.waitForOutput(/http:\S+\n/)).trim();
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  stack.defer(() => pool.end());

  onProgress(`${release.name} begins with ${targets} targets`);
  const before = await startFleet(stack, release, 'old', url);
  await pool.query(
    `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms)
     SELECT 'target ' || i, $1 || '/' || i, $2::integer, $2::integer * 500 FROM generate_series(1, $3::integer) AS i`,
    [origin, intervalS, targets],
  );
  await eventually(async () => (await pool.query('SELECT FROM leases')).rowCount === targets, { timeoutMs: 30_000 });

  const begins: Date[] = [];
  const stage = async (name: Stage, work: () => Promise<void>) => {
    onProgress(name);
    begins.push(await now(pool));
    await work();
    await edit(pool, begins.length);
    await delay(stageS * 1000);
  };
  const problems: string[] = [];
  let applied: readonly string[] = [];
  await stage('the release alone', async () => undefined);
  await stage('migrated, the release at work', async () => {
    if (migrationsDir !== undefined) {
      ({ applied } = await migrate({ databaseUrl: url, migrationsDir }));
      return;
    }
    const { code, stdout, stderr } = await runCommand(current, ['migrate', '--json'], url);
    if (code !== 0) throw new Error(`everytick migrate ended with ${code}:\n${stderr}`);
    ({ applied } = JSON.parse(stdout) as { applied: string[] });
  });
  let after: Awaited<ReturnType<typeof startFleet>> | undefined;
  await stage('both versions at work', async () => {
    after = await startFleet(stack, current, 'new', url);
  });
  await stage('this version alone', async () => {
    problems.push(...(await before.stop()));
  });
  const until = await now(pool);

  onProgress('proof');
  const { code, stdout, stderr } = await runCommand(current, ['verify', '--json'], url);
  if (code !== 0 && code !== 1) throw new Error(`everytick verify ended with ${code}:\n${stderr}`);
  const { expected, unaccounted, duplicates, unscheduled } = JSON.parse(stdout) as Proof;
  for (const [kind, ticks] of Object.entries({ unaccounted, duplicates, unscheduled })) {
    if (ticks !== 0) problems.push(`${ticks} ticks are ${kind}`);
  }
  problems.push(...((await after?.stop()) ?? []));
  const rows = await Promise.all(
    STAGES.map((name, index) => stageFigures(pool, name, begins[index] ?? until, begins[index + 1] ?? until)),
  );
  for (const { stage: name, up } of rows) if (up === 0) problems.push(`nothing was checked: ${name}`);
  return {
    bench: 'upgrade',
    parameters: {
      from: `${release.name} (${release.commit.slice(0, 10)})`,
      migrations: applied.join(' ') || 'none',
      targets,
      interval_s: intervalS,
      stage_s: stageS,
      expected,
      unaccounted,
      duplicates,
      unscheduled,
    },
    rows,
    problems,
  };
}

async function now(pool: pg.Pool): Promise<Date> {
  const { rows } = await pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return rows[0]?.now as Date;
}

/** What operators do meanwhile: other targets in every stage are paused, resumed, slowed down or deleted. */
async function edit(pool: pg.Pool, number: number): Promise<void> {
  await pool.query('UPDATE monitored_targets SET paused = NOT paused WHERE id % 10 = $1', [number]);
  await pool.query('UPDATE monitored_targets SET paused = false WHERE paused AND id % 10 <> $1', [number]);
  await pool.query('UPDATE monitored_targets SET interval_s = interval_s + 1 WHERE id % 10 = $1 + 4', [number]);
  await pool.query('UPDATE monitored_targets SET deleted_at = now() WHERE id % 50 = $1 AND deleted_at IS NULL', [
    number,
  ]);
}
