// One worker process: everything that a MonitoringWorker needs, put together, and taken apart in order.

import { setTimeout as delay } from 'node:timers/promises';
import {
  EventLoopDelay,
  EverytickError,
  exposeProcess,
  hasRequests,
  type Logger,
  listen,
  type NotificationListener,
  openPool,
  PostgresScheduler,
  type ReadinessCheck,
  RequestDesk,
  SchemaWatch,
  type StatusServer,
  spanTracer,
  startStatusServer,
  type Target,
  type WorkerConfig,
} from '@everytick/core';
import type pg from 'pg';
import { Capacity } from './capacity/capacity.ts';
import { DatabaseStrain } from './capacity/database-strain.ts';
import { NameResolver } from './dns/name-resolver.ts';
import { EgressPolicy } from './egress/index.ts';
import { UndiciFetcher } from './fetch/undici-fetcher.ts';
import { WorkerMetrics } from './metrics/worker-metrics.ts';
import { type DrainReport, MonitoringWorker } from './monitoring-worker.ts';
import { OnDemandChecks } from './on-demand/on-demand-checks.ts';
import { LogProcessor } from './reporting/log-processor.ts';
import { ResultReporter } from './reporting/result-reporter.ts';
import { SecretResolver } from './secrets/index.ts';
import { tickHeader } from './tick-header.ts';
import { startCheckSpan } from './tracing/check-span.ts';
import { TracedScheduler } from './tracing/traced-scheduler.ts';

/** Also how long a worker hears nothing before it takes it that nobody leads. */
const RECLAIM_INTERVAL_MS = 5_000;
/** How often a worker says that it is there. */
const HEARTBEAT_INTERVAL_MS = 5_000;
/** A check may wait for others of its host no longer than this, and no longer than a third of its lease's margin. */
const LONGEST_HOST_WAIT_MS = 1_000;
/** A check may wait for its OAuth2 token no longer than this, and no longer than a quarter of its lease's margin. */
const LONGEST_TOKEN_WAIT_MS = 2_000;

/** Claims and finishes take milliseconds; a connection that has gone silent is given up some seconds after this. */
const STATEMENT_TIMEOUT_MS = 10_000;

/** starting --schema there, registered--> running --stop()--> stopped; stop() is possible at any time. */
export class WorkerProcess {
  readonly #config: WorkerConfig;
  readonly #logger: Logger;
  readonly #metrics = new WorkerMetrics();
  readonly #pool: pg.Pool;
  readonly #schema: SchemaWatch;
  readonly #stopping = new AbortController();
  #status: StatusServer | undefined;
  #resolver: NameResolver | undefined;
  #fetcher: UndiciFetcher | undefined;
  #onDemandFetcher: UndiciFetcher | undefined;
  #onDemand: OnDemandChecks | undefined;
  #scheduler: PostgresScheduler | undefined;
  #eventLoop: EventLoopDelay | undefined;
  #capacity: Capacity | undefined;
  #worker: MonitoringWorker | undefined;
  #listener: NotificationListener | undefined;
  #heardAt = Number.NEGATIVE_INFINITY;
  #reclaiming: NodeJS.Timeout | undefined;
  #beating: NodeJS.Timeout | undefined;

  constructor(config: WorkerConfig, logger: Logger) {
    this.#config = config;
    this.#logger = logger;
    this.#pool = openPool({
      connectionString: config.databaseUrl,
      pooler: config.pooler,
      applicationName: `everytick worker ${config.workerName}`.slice(0, 63),
      max: config.databaseConnections,
      hot: true,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      onIdleError: (error) => logger.warn({ err: error }, 'lost a database connection'),
    });
    this.#schema = new SchemaWatch(this.#pool);
    exposeProcess(this.#metrics.registry, {
      role: 'worker',
      revision: config.revision,
      pools: () => [this.#pool],
      migrationPending: () => this.#schema.pending,
      listenerConnected: () => this.#listener?.connected,
      eventLoopDelayMs: () => this.#capacity?.eventLoopDelayMs,
    });
  }

  /** Serves its status. Resolves before the worker runs: that waits for the database and its schema. */
  async serve(): Promise<string> {
    const readiness: ReadinessCheck[] = [
      { name: 'schema', check: () => this.#schema.check() },
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
    this.#schema.start();
    this.#logger.info({ url: this.#status.url }, 'serving /metrics, /healthz and /readyz');
    return this.#status.url;
  }

  /** Waits for the database and its schema as long as it takes, then claims and runs checks until it is stopped. */
  async run(): Promise<void> {
    const config = this.#config;
    const scheduler = await this.#untilItWorks(async () => {
      await this.#schema.check();
      return PostgresScheduler.register({
        pool: this.#pool,
        workerName: config.workerName,
        location: config.location,
        horizonMs: config.horizonMs,
        leaseMarginMs: config.leaseMarginMs,
      });
    });
    if (scheduler === undefined || this.#stopping.signal.aborted) return;
    this.#scheduler = scheduler;
    const rules = {
      bodyLimitBytes: config.bodyLimitBytes,
      egress: new EgressPolicy({ allow: config.egressAllow, deny: config.egressDeny }),
      secrets: new SecretResolver({ envPrefix: config.secretEnvPrefix, directory: config.secretDir }),
      longestTokenWaitMs: Math.min(LONGEST_TOKEN_WAIT_MS, config.leaseMarginMs / 4),
    };
    const resolver = new NameResolver({ observer: this.#metrics.lookups });
    this.#resolver = resolver;
    this.#fetcher = new UndiciFetcher({ ...rules, resolver });
    // Under the same rules, but it also describes certificates, and finds no connection that scheduled checks keep.
    this.#onDemandFetcher = new UndiciFetcher({ ...rules, resolver, certificateDetails: true });
    const traced = spanTracer() !== null;
    const startSpan = traced ? (target: Target) => startCheckSpan(target, config.location) : undefined;
    const database = new DatabaseStrain(traced ? new TracedScheduler(scheduler, config.location) : scheduler);
    const eventLoop = new EventLoopDelay();
    const capacity = new Capacity({ max: config.maxInFlight, eventLoop, database, logger: this.#logger });
    this.#eventLoop = eventLoop;
    this.#capacity = capacity;
    const reporter = new ResultReporter({
      scheduler: database,
      processors: [this.#metrics.checks, new LogProcessor(this.#logger)],
      flushDelayMs: config.flushDelayMs,
      isUrgent: ({ check }) =>
        check.nextAtMs - config.horizonMs < scheduler.clock.atMonotonic(performance.now()) + config.flushDelayMs,
      observer: this.#metrics,
      logger: this.#logger,
    });
    const worker = new MonitoringWorker({
      scheduler: database,
      clock: scheduler.clock,
      fetcher: this.#fetcher,
      reporter,
      capacity,
      maxInFlightPerHost: config.maxInFlightPerHost,
      longestHostWaitMs: Math.min(LONGEST_HOST_WAIT_MS, config.leaseMarginMs / 3),
      // The other half of the margin is for reporting.
      beginWithinMs: config.leaseMarginMs / 2,
      eventLoop,
      headersOf: config.tickHeader ? (check) => tickHeader(check, scheduler.locationId) : undefined,
      startSpan,
      horizonMs: config.horizonMs,
      fallbackMs: config.fallbackMs,
      observer: this.#metrics,
      logger: this.#logger,
    });
    this.#worker = worker;
    const onDemand = new OnDemandChecks({
      desk: new RequestDesk(this.#pool, scheduler),
      fetcher: this.#onDemandFetcher,
      startSpan,
      hosts: worker.hosts,
      clock: scheduler.clock,
      eventLoop,
      longestHostWaitMs: Math.min(LONGEST_HOST_WAIT_MS, config.leaseMarginMs / 3),
      worker: config.workerName,
      location: config.location,
      answered: (outcome) => this.#metrics.answered(outcome),
      logger: this.#logger,
    });
    this.#onDemand = onDemand;
    this.#listener = listen({
      connectionString: config.listenUrl,
      applicationName: `everytick worker ${config.workerName} listener`.slice(0, 63),
      channel: 'everytick_due',
      logger: this.#logger,
      onNotification: (payload) => {
        if (hasRequests(payload, scheduler.locationId)) onDemand.look();
        if (!concerns(payload, scheduler.locationId)) return;
        this.#metrics.notified();
        this.#heardAt = performance.now();
        worker.notified();
      },
      onConnected: () => {
        worker.wake();
        onDemand.look();
      },
    });
    this.#metrics.expose({ inFlight: () => worker.inFlight, capacity });
    worker.start();
    capacity.start();
    this.#beatSoon(scheduler, Math.random() * HEARTBEAT_INTERVAL_MS);
    this.#reclaiming = setInterval(() => void this.#reclaimUnlessLed(scheduler), RECLAIM_INTERVAL_MS);
    this.#logger.info({ workerId: scheduler.workerId, location: config.location }, 'worker running');
  }

  /** Drains and leaves. Safe to call in any state; everything it holds is closed afterwards. */
  async stop(): Promise<DrainReport> {
    this.#stopping.abort();
    this.#logger.info({ inFlight: this.#worker?.inFlight ?? 0 }, 'draining');
    this.#schema.stop();
    clearInterval(this.#reclaiming);
    clearTimeout(this.#beating);
    const silenced = this.#listener?.close();
    const answered = this.#onDemand?.drain(this.#config.drainTimeoutMs);
    const report = (await this.#worker?.drain(this.#config.drainTimeoutMs)) ?? { released: 0, unreported: 0 };
    await answered;
    await silenced;
    this.#capacity?.stop();
    this.#eventLoop?.stop();
    await this.#onDemandFetcher?.close();
    await this.#fetcher?.close();
    this.#resolver?.close();
    if (report.unreported === 0) await this.#scheduler?.deregister().catch(() => undefined);
    await this.#status?.close();
    await this.#pool.end().catch(() => undefined);
    this.#logger.info(report, 'worker stopped');
    return report;
  }

  #beatSoon(scheduler: PostgresScheduler, delayMs: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#beating = setTimeout(() => void this.#beat(scheduler), delayMs);
  }

  /** One that fails needs no word: claims and results that fail at the same time have theirs. */
  async #beat(scheduler: PostgresScheduler): Promise<void> {
    try {
      await scheduler.heartbeat();
    } catch (error) {
      this.#logger.debug({ err: error }, 'the heartbeat failed');
    }
    // The notification of a request may have been lost.
    this.#onDemand?.look();
    this.#beatSoon(scheduler, HEARTBEAT_INTERVAL_MS);
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
