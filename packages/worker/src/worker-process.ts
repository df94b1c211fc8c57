// One worker process: everything that a MonitoringWorker needs, put together, and taken apart in order.

import { setTimeout as delay } from 'node:timers/promises';
import {
  checkSchemaVersion,
  EverytickError,
  type Logger,
  listen,
  type NotificationListener,
  openPool,
  PostgresScheduler,
  type ReadinessCheck,
  type StatusServer,
  startStatusServer,
  type WorkerConfig,
} from '@everytick/core';
import type pg from 'pg';
import { UndiciFetcher } from './fetch/undici-fetcher.ts';
import { WorkerMetrics } from './metrics/worker-metrics.ts';
import { type DrainReport, MonitoringWorker } from './monitoring-worker.ts';
import { LogProcessor } from './reporting/log-processor.ts';
import { ResultReporter } from './reporting/result-reporter.ts';

/** Also how long a worker hears nothing before it takes it that nobody leads. */
const RECLAIM_INTERVAL_MS = 5_000;

/** starting --schema there, registered--> running --stop()--> stopped; stop() is possible at any time. */
export class WorkerProcess {
  readonly #config: WorkerConfig;
  readonly #logger: Logger;
  readonly #metrics = new WorkerMetrics();
  readonly #pool: pg.Pool;
  readonly #stopping = new AbortController();
  #status: StatusServer | undefined;
  #fetcher: UndiciFetcher | undefined;
  #scheduler: PostgresScheduler | undefined;
  #worker: MonitoringWorker | undefined;
  #listener: NotificationListener | undefined;
  #heardAt = Number.NEGATIVE_INFINITY;
  #reclaiming: NodeJS.Timeout | undefined;

  constructor(config: WorkerConfig, logger: Logger) {
    this.#config = config;
    this.#logger = logger;
    this.#pool = openPool({
      connectionString: config.databaseUrl,
      applicationName: `everytick worker ${config.workerName}`.slice(0, 63),
      max: config.databaseConnections,
      hot: true,
      onIdleError: (error) => logger.warn({ err: error }, 'lost a database connection'),
    });
  }

  /** Serves its status. Resolves before the worker runs: that waits for the database and its schema. */
  async serve(): Promise<string> {
    const readiness: ReadinessCheck[] = [
      { name: 'schema', check: () => checkSchemaVersion(this.#pool) },
      {
        name: 'worker',
        check: () => (this.#worker ? Promise.resolve() : Promise.reject(new Error('it is still starting'))),
      },
    ];
    this.#status = await startStatusServer({
      host: this.#config.statusHost,
      port: this.#config.statusPort,
      registry: this.#metrics.registry,
      readiness,
      logger: this.#logger,
    });
    this.#logger.info({ url: this.#status.url }, 'serving /metrics, /healthz and /readyz');
    return this.#status.url;
  }

  /** Waits for the database and its schema as long as it takes, then claims and runs checks until it is stopped. */
  async run(): Promise<void> {
    const config = this.#config;
    const scheduler = await this.#untilItWorks(async () => {
      await checkSchemaVersion(this.#pool);
      return PostgresScheduler.register({
        pool: this.#pool,
        workerName: config.workerName,
        location: config.location,
        horizonMs: config.horizonMs,
        leaseMarginMs: config.leaseMarginMs,
        preparedStatements: config.preparedStatements,
      });
    });
    if (scheduler === undefined || this.#stopping.signal.aborted) return;
    this.#scheduler = scheduler;
    this.#fetcher = new UndiciFetcher({ bodyLimitBytes: config.bodyLimitBytes });
    const reporter = new ResultReporter({
      scheduler,
      processors: [this.#metrics, new LogProcessor(this.#logger)],
      flushDelayMs: config.flushDelayMs,
      isUrgent: ({ check }) =>
        check.nextAtMs - config.horizonMs < scheduler.clock.atMonotonic(performance.now()) + config.flushDelayMs,
      observer: this.#metrics,
      logger: this.#logger,
    });
    const worker = new MonitoringWorker({
      scheduler,
      clock: scheduler.clock,
      fetcher: this.#fetcher,
      reporter,
      maxInFlight: config.maxInFlight,
      horizonMs: config.horizonMs,
      fallbackMs: config.fallbackMs,
      observer: this.#metrics,
      logger: this.#logger,
    });
    this.#worker = worker;
    this.#listener = listen({
      connectionString: config.listenUrl,
      applicationName: `everytick worker ${config.workerName} listener`.slice(0, 63),
      channel: 'everytick_due',
      logger: this.#logger,
      onNotification: (payload) => {
        if (!concerns(payload, scheduler.locationId)) return;
        this.#metrics.notified();
        this.#heardAt = performance.now();
        worker.wake();
      },
      onConnected: () => worker.wake(),
    });
    this.#metrics.expose({
      inFlight: () => worker.inFlight,
      capacity: config.maxInFlight,
      listenerConnected: () => this.#listener?.connected ?? false,
    });
    worker.start();
    this.#reclaiming = setInterval(() => void this.#reclaimUnlessLed(scheduler), RECLAIM_INTERVAL_MS);
    this.#logger.info({ workerId: scheduler.workerId, location: config.location }, 'worker running');
  }

  /** Drains and leaves. Safe to call in any state; everything it holds is closed afterwards. */
  async stop(): Promise<DrainReport> {
    this.#stopping.abort();
    this.#logger.info({ inFlight: this.#worker?.inFlight ?? 0 }, 'draining');
    clearInterval(this.#reclaiming);
    await this.#listener?.close();
    const report = (await this.#worker?.drain(this.#config.drainTimeoutMs)) ?? { released: 0, unreported: 0 };
    await this.#fetcher?.close();
    if (report.unreported === 0) await this.#scheduler?.deregister().catch(() => undefined);
    await this.#status?.close();
    await this.#pool.end().catch(() => undefined);
    this.#logger.info(report, 'worker stopped');
    return report;
  }

  /** With every coordinator dead, workers do what cannot wait: ticks of dead workers are not left lying. */
  async #reclaimUnlessLed(scheduler: PostgresScheduler): Promise<void> {
    if (performance.now() - this.#heardAt < RECLAIM_INTERVAL_MS) return;
    try {
      await scheduler.reclaim();
    } catch (error) {
      this.#logger.warn({ err: error }, 'could not take ticks back from lost workers');
    }
  }

  async #untilItWorks<Value>(attempt: () => Promise<Value>): Promise<Value | undefined> {
    let saidAt = Number.NEGATIVE_INFINITY;
    while (!this.#stopping.signal.aborted) {
      try {
        return await attempt();
      } catch (error) {
        if (performance.now() - saidAt > 10_000) {
          saidAt = performance.now();
          const reason = error instanceof EverytickError ? error.message : `${(error as Error).message}`;
          this.#logger.warn({ reason }, 'waiting for the database');
        }
        await delay(250 + Math.random() * 500, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
    }
    return undefined;
  }
}

/** The payload is a hint: whatever is not understood concerns everybody. */
function concerns(payload: unknown, locationId: number): boolean {
  const { locations } = (payload ?? {}) as { locations?: unknown };
  return !Array.isArray(locations) || locations.includes(locationId);
}
