// pg-boss, by the calls that its documentation has for bulk work (https://pgboss.io/api/jobs): fetch() and complete() of a batch,
// insert() of the next runs, on a queue with a table of its own. Without work(), whose polling has pauses. Its cron
// schedules are for tens of jobs, not for a million, so the next run is a new job here too.
//
// Jobs that are complete stay for days, as its default is, and nothing of that is deleted within a run of this benchmark.

import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { type Contender, type ContenderOptions, repeat } from './contender.ts';
import {
  columnsOf,
  countResults,
  createResultsTable,
  firstRuns,
  insertResultsSql,
  type Run,
} from './stored-results.ts';

const QUEUE = 'check';
const PREPARED_AT_ONCE = 10_000;

export const pgBoss: Contender = {
  name: 'pg-boss',
  async prepare({ url, pool, leases, intervalS, onProgress }) {
    await createResultsTable(pool);
    const boss = await start(url, 1);
    await boss.createQueue(QUEUE, { partition: true });
    for (let from = 1; from <= leases; from += PREPARED_AT_ONCE) {
      const runs = firstRuns(from, Math.min(PREPARED_AT_ONCE, leases - from + 1), intervalS);
      await boss.insert(QUEUE, runs.map(jobOf));
      if (from % (PREPARED_AT_ONCE * 20) === 1) onProgress(`${from - 1} jobs added`);
    }
    await boss.stop({ graceful: false });
  },
  async run({ url, batch, connections, intervalS }: ContenderOptions) {
    const boss = await start(url, connections);
    const pool = new pg.Pool({ connectionString: url, max: connections });
    const step = async () => {
      const jobs = await boss.fetch<Run>(QUEUE, { batchSize: batch });
      if (jobs.length === 0) return 0;
      const runs = jobs.map(({ data }) => data);
      await pool.query({ name: 'store', text: insertResultsSql, values: columnsOf(runs) });
      await boss.insert(
        QUEUE,
        runs.map(({ id, atMs }) => jobOf({ id, atMs: atMs + intervalS * 1_000 })),
      );
      await boss.complete(
        QUEUE,
        jobs.map(({ id }) => id),
      );
      return jobs.length;
    };
    return repeat(connections, step, async () => {
      await boss.stop({ graceful: false });
      await pool.end();
    });
  },
  stored: countResults,
};

async function start(url: string, connections: number): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: url, max: connections, schedule: false });
  boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
  await boss.start();
  return boss;
}

function jobOf(run: Run) {
  return { data: run, startAfter: new Date(run.atMs) };
}
