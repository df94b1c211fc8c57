// The all-in-one mode: a database, its schema, a coordinator, workers and what they watch, started in this order and
// stopped in the opposite one.
//
//   starting --all serve--> running --signal or time over--> stopping --> (the process leaves)
//      |  failure: all that was started is stopped, the error is thrown    ^
//      '--signal: the rest of the start is abandoned ----------------------'

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EverytickError, listTargets, openPool, type TargetSpec } from '@everytick/core';
import type pg from 'pg';
import { logLevelSignal } from '../log-level-signal.ts';
import { migrate } from '../migrate/index.ts';
import { counted } from '../output/format.ts';
import { abandonOutput, outputWidth, printLine } from '../output/print.ts';
import { onShutdown, shutDown } from '../shutdown.ts';
import { commandName } from './addresses.ts';
import { warningAboutClosed } from './closed-targets.ts';
import { loopbackOpened } from './demo-site/loopback.ts';
import { demoTargets } from './demo-site/targets.ts';
import { acquireInstanceLock, type InstanceLock } from './instance-lock.ts';
import { createPresenter } from './presenter.ts';
import { openRunDatabase, type RunDatabase } from './run-database.ts';
import { RunServices } from './run-services.ts';
import { runSummaryLines } from './run-summary.ts';
import { RunWatcher } from './run-watcher.ts';
import { settleWatchList, type WatchList, type WatchListQuestion, watchListSource } from './watch-list.ts';

export interface RunOptions {
  /** To be said first of all. */
  readonly warnings: readonly string[];
  /** What this run was asked to watch; empty if nothing was said. */
  readonly asked: readonly TargetSpec[];
  readonly workers: number;
  readonly dataDir: string;
  /** After which time the run ends by itself; null if it does not. */
  readonly forMs: number | null;
}

/** Resolves when everything runs; from then on the process leaves through `shutDown` only. */
export async function runAllInOne(options: RunOptions): Promise<void> {
  const run = new AllInOneRun(options);
  try {
    await run.start();
  } catch (error) {
    await run.abandon();
    throw error;
  }
}

class AllInOneRun {
  readonly #options: RunOptions;
  readonly #presenter = createPresenter();
  readonly #services: RunServices;
  #lock: InstanceLock | undefined;
  #opening: Promise<RunDatabase> | undefined;
  #pool: pg.Pool | undefined;
  #watcher: RunWatcher | undefined;
  #stopping = false;
  #timeOver = false;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#services = new RunServices({
      logDir: join(options.dataDir, 'logs'),
      onIncident: (message) => this.#presenter.incident(message),
    });
  }

  async start(): Promise<void> {
    const { dataDir, forMs } = this.#options;
    const say = (line: string) => this.#presenter.say(line);
    this.#lock = await acquireInstanceLock(dataDir);
    this.#registerShutdown();
    for (const warning of this.#options.warnings) say(warning);

    this.#opening = openRunDatabase(dataDir, say);
    const database = await this.#step(this.#opening);
    say(database.description);
    await this.#step(migrate({ databaseUrl: database.listenUrl, onProgress: say }));
    // The direct connection: whoever reads it knows nothing of a pooler.
    await this.#lock.publishDatabase(database.listenUrl);
    const { databaseUrl: connectionString, pooler } = database;
    const pool = openPool({ connectionString, pooler, applicationName: 'everytick up', max: 2 });
    this.#pool = pool;

    const question = this.#watchListQuestion(pool, database);
    const source = await this.#step(watchListSource(question));
    say(`Starting a coordinator and ${counted(this.#options.workers, 'worker')}`);
    // The demonstration site is on this machine. What users watch there, they open themselves.
    const workerSettings = source === 'demonstration' ? loopbackOpened(process.env) : {};
    await this.#step(this.#services.start(database, this.#options.workers, workerSettings));
    // Not before: the first ticks of new targets come within a second, and whoever owes them has to be there by then.
    const watchList = await this.#step(
      settleWatchList({
        ...question,
        source,
        demonstration: async () => demoTargets(await this.#services.startDemoSite()),
      }),
    );
    say(sentenceAbout(watchList));
    const closed = source === 'demonstration' ? null : warningAboutClosed(await listTargets(pool), process.env);
    if (closed !== null) say(closed);
    this.#watcher = await this.#step(
      RunWatcher.start({
        database: pool,
        presenter: this.#presenter,
        title: watchList.source === 'demonstration' ? 'everytick (demonstration)' : 'everytick',
        addresses: () => this.#addresses(database),
        forMs,
        onUnreachable: () => this.#revive(database),
      }),
    );
    this.#presenter.running(this.#addresses(database));
    if (!process.stdout.isTTY) void this.#passWarningsOn();
    if (forMs !== null) setTimeout(() => this.#endByItself(), forMs);
  }

  /** After a failed start. If a signal has asked to leave already, that is what goes on. */
  async abandon(): Promise<void> {
    if (this.#stopping) await new Promise<never>(() => undefined);
    await this.#services.stopWorkers();
    await this.#services.stopOthers();
    await this.#pool?.end();
    await this.#opening?.then((database) => database.stop()).catch(() => undefined);
    this.#lock?.release();
  }

  /** A step of the start, given up if meanwhile a signal asked to leave. */
  async #step<Value>(work: Promise<Value>): Promise<Value> {
    const value = await work;
    if (this.#stopping) await new Promise<never>(() => undefined);
    return value;
  }

  #watchListQuestion(pool: pg.Pool, { key }: RunDatabase): WatchListQuestion {
    const { asked, dataDir } = this.#options;
    return { database: pool, databaseKey: key, dataDir, asked };
  }

  #addresses(database: RunDatabase) {
    return {
      psql: database.psql,
      coordinator: this.#services.coordinator?.statusUrl ?? null,
      api: this.#services.coordinator?.apiUrl ?? null,
      workers: this.#services.workers.map((worker) => worker.statusUrl),
      logDir: join(this.#options.dataDir, 'logs'),
    };
  }

  #endByItself(): void {
    this.#timeOver = true;
    shutDown(0);
  }

  async #revive(database: RunDatabase): Promise<void> {
    if (this.#stopping) return;
    await database.revive().catch((error: Error) => this.#presenter.incident(error.message));
  }

  async #passWarningsOn(): Promise<void> {
    while (!this.#stopping) {
      await delay(1_000, undefined, { ref: false });
      for (const warning of await this.#services.newWarnings()) this.#presenter.incident(warning);
    }
  }

  // Each handler names those that have to be done before it.
  #registerShutdown(): void {
    onShutdown('view', [], () => this.#stopView(), 10_000);
    onShutdown('workers', ['view'], () => this.#services.stopWorkers(), 35_000);
    onShutdown('summary', ['workers'], () => this.#summarize(), 30_000);
    onShutdown('services', ['summary'], () => this.#services.stopOthers(), 35_000);
    onShutdown('database', ['services'], () => this.#stopDatabase(), 65_000);
    // A closed terminal is a wish to leave, too. It may be told more than once.
    let hungUp = false;
    process.on('SIGHUP', () => {
      if (hungUp) return;
      hungUp = true;
      abandonOutput();
      shutDown(0);
    });
    process.on(logLevelSignal, () => this.#services.signal(logLevelSignal));
    // The last word, also where a second signal left no time for the handlers.
    process.once('exit', () => {
      this.#services.kill();
      this.#lock?.release();
    });
  }

  async #stopView(): Promise<void> {
    this.#stopping = true;
    await this.#watcher?.close();
    this.#presenter.close();
    this.#presenter.say('Stopping: workers finish what they have begun (Ctrl-C again leaves at once)');
  }

  async #summarize(): Promise<void> {
    if (this.#watcher === undefined || this.#pool === undefined) return;
    const { targets, start, elapsedMs } = this.#watcher;
    const width = outputWidth();
    const lines = await runSummaryLines({
      database: this.#pool,
      targets,
      start,
      elapsedMs,
      width,
      full: this.#timeOver,
    });
    printLine();
    for (const line of lines) printLine(line);
  }

  async #stopDatabase(): Promise<void> {
    await this.#pool?.end();
    const database = await this.#opening?.catch(() => undefined);
    await database?.stop();
    this.#presenter.say(`Stopped. What was recorded stays in ${database?.location ?? this.#options.dataDir}`);
  }
}

function sentenceAbout({ source, added, changed, removed }: WatchList): string {
  if (source === 'demonstration') return 'Watching a demonstration site of its own; give URLs to watch real ones';
  if (source === 'added') {
    const before = removed === 0 ? '' : `; ${counted(removed, 'target')} of an earlier run removed, their results stay`;
    return `Watching what was added with "${commandName()} targets add"${before}`;
  }
  const changes = Object.entries({ added, changed, removed }).filter(([, count]) => count > 0);
  const list = changes.length === 0 ? 'unchanged' : changes.map(([word, count]) => `${count} ${word}`).join(', ');
  return `Watching what was asked for (targets: ${list})`;
}

/** A number of worker processes from a flag. Throws `usage`. */
export function workerCountOf(given: string): number {
  const count = /^\d+$/.test(given) ? Number(given) : 0;
  if (count >= 1 && count <= 32) return count;
  throw new EverytickError('usage', `--workers '${given}' is no number of workers; allowed are 1 to 32`);
}
