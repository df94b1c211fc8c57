// graphile-worker, in two ways. Its jobs run once, so the next run of something that recurs is a new job.
//
// The faster one has all that its documentation gives for speed (https://worker.graphile.org/docs/performance): a local queue,
// completions in batches, prepared statements; and beyond that, results and next jobs of all jobs that are running are
// written by one statement, for which each of them waits. The other is how its users write it: each job stores its own
// result and adds the next job. Either way, a job that is complete has its result stored and its successor scheduled.
//
// One job for many targets would cost less, but it is another promise: they would share one schedule and one fate.

import { type JobHelpers, Logger, makeWorkerUtils, run, type TaskList } from 'graphile-worker';
import pg from 'pg';
import { type Contender, type ContenderOptions, runningUntil } from './contender.ts';
import {
  columnsOf,
  countResults,
  createResultsTable,
  firstRuns,
  insertResultsSql,
  type Run,
} from './stored-results.ts';

const quiet = new Logger(() => () => undefined);
const PREPARED_AT_ONCE = 10_000;

/** $1 ids, $2 moments in milliseconds. */
const addJobsSql = `
  SELECT count(*) FROM graphile_worker.add_jobs(ARRAY(
    SELECT ROW('check', json_build_object('id', id), NULL, to_timestamp(at_ms / 1000), NULL, NULL, NULL, NULL)::graphile_worker.job_spec
    FROM unnest($1::integer[], $2::float8[]) AS next (id, at_ms)
  ))`;

/** $4: the moments of the next runs. */
const storeAndScheduleSql = `WITH stored AS (${insertResultsSql}) ${addJobsSql.replace('$2', '$4')}`;

/** Of those who write one by one: enough that they wait for the disk together. */
const ONE_BY_ONE = { concurrentJobs: 40, maxPoolSize: 40 };

export const graphileWorker: Contender = contender('graphile-worker', ({ batch, connections, url }) => {
  const pool = new pg.Pool({ connectionString: url, max: connections });
  const write = inBatches<Finished>(batch, async (finished) => {
    const values = [...columnsOf(finished), finished.map(({ nextAtMs }) => nextAtMs)];
    await pool.query({ name: 'store', text: storeAndScheduleSql, values });
  });
  return {
    // Two batches: one is written while the next one gathers. Of connections it recommends ten.
    worker: { concurrentJobs: 2 * batch, maxPoolSize: 10 },
    write,
    end: () => pool.end(),
  };
});

export const graphileWorkerOneByOne: Contender = contender('graphile-worker-one-by-one', () => ({
  worker: ONE_BY_ONE,
  async write(finished, helpers) {
    await helpers.query(insertResultsSql, columnsOf([finished]));
    await helpers.addJob('check', { id: finished.id }, { runAt: new Date(finished.nextAtMs) });
  },
  end: async () => undefined,
}));

interface Finished extends Run {
  readonly nextAtMs: number;
}

interface Way {
  readonly worker: { readonly concurrentJobs: number; readonly maxPoolSize: number };
  /** Resolves when the result is stored and the next run scheduled. */
  write(finished: Finished, helpers: JobHelpers): Promise<void>;
  end(): Promise<void>;
}

function contender(name: string, wayOf: (options: ContenderOptions) => Way): Contender {
  return {
    name,
    prepare,
    async run(options) {
      const { worker, write, end } = wayOf(options);
      let done = 0;
      let failure: unknown;
      const taskList: TaskList = {
        check: async (payload, helpers) => {
          const atMs = new Date(helpers.job.run_at).getTime();
          const { id } = payload as { id: number };
          try {
            await write({ id, atMs, nextAtMs: atMs + options.intervalS * 1_000 }, helpers);
            done += 1;
          } catch (error) {
            failure ??= error;
            throw error;
          }
        },
      };
      const runner = await run({
        taskList,
        noHandleSignals: true,
        crontab: '',
        preset: {
          worker: {
            ...worker,
            connectionString: options.url,
            localQueue: { size: 2 * options.batch },
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
            logger: quiet,
          },
        },
      });
      return runningUntil(
        async () => {
          await runner.stop();
          await end();
        },
        () => {
          if (failure !== undefined) throw failure;
          return done;
        },
      );
    },
    stored: countResults,
  };
}

async function prepare({ url, pool, leases, intervalS, onProgress }: ContenderOptions): Promise<void> {
  const utils = await makeWorkerUtils({ connectionString: url, logger: quiet });
  await utils.migrate();
  await utils.release();
  await createResultsTable(pool);
  for (let from = 1; from <= leases; from += PREPARED_AT_ONCE) {
    const [ids, moments] = columnsOf(firstRuns(from, Math.min(PREPARED_AT_ONCE, leases - from + 1), intervalS));
    await pool.query(addJobsSql, [ids, moments]);
    if (from % (PREPARED_AT_ONCE * 20) === 1) onProgress(`${from - 1} jobs added`);
  }
}

/** Gathers what is given within a turn of the event loop, `size` at most; each waits until all of its batch are written. */
function inBatches<T>(size: number, write: (batch: readonly T[]) => Promise<void>): (item: T) => Promise<void> {
  let open: { readonly items: T[]; readonly written: Promise<void> } | undefined;
  return (item) => {
    if (open === undefined) {
      const items: T[] = [];
      const written = new Promise<void>((resolve, reject) => {
        setImmediate(() => {
          if (open?.items === items) open = undefined;
          write(items).then(resolve, reject);
        });
      });
      open = { items, written };
    }
    const { items, written } = open;
    items.push(item);
    if (items.length >= size) open = undefined;
    return written;
  };
}
