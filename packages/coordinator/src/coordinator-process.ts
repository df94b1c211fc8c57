// One coordinator process: stands by or leads, and serves its status in both cases.

import {
  type CoordinatorConfig,
  checkSchemaVersion,
  type EverytickError,
  exposeProcess,
  type Logger,
  listen,
  type NotificationListener,
  openPool,
  RecentLoopDelay,
  SchemaWatch,
  type StatusServer,
  startStatusServer,
  type TargetRules,
} from '@everytick/core';
import type pg from 'pg';
import { ApiService } from './api/api-service.ts';
import { RequestSweeper } from './check-requests/request-sweeper.ts';
import { ConfigurationMetrics } from './configuration/configuration-metrics.ts';
import type { ConfigurationWatch } from './configuration/configuration-watch.ts';
import { type Duty, Nudge, perform } from './leadership/duty.ts';
import { type LeaderSession, Leadership } from './leadership/leadership.ts';
import { CoordinatorMetrics } from './metrics/coordinator-metrics.ts';
import { FleetWatch } from './metrics/fleet-watch.ts';
import { StorageWatch } from './metrics/storage-watch.ts';
import { DayKeyPacker } from './partitions/day-key-packer.ts';
import { PartitionKeeper } from './partitions/partition-keeper.ts';
import { LedgerAuditor } from './proof/ledger-auditor.ts';
import { RetentionKeeper } from './retention/retention-keeper.ts';
import { RollupBuilder } from './rollups/rollup-builder.ts';
import { LeaseSync, Reclaimer } from './schedule/lease-keeper.ts';
import { LocationWatch } from './schedule/location-watch.ts';
import { MaintenanceFollower } from './schedule/maintenance-follower.ts';
import { PassedTicks, SkippedTicks } from './schedule/settler.ts';
import { TargetMetrics, targetMetricsOff } from './target-metrics/target-metrics.ts';
import { Waker } from './waking/waker.ts';

export class CoordinatorProcess {
  readonly #config: CoordinatorConfig;
  readonly #logger: Logger;
  readonly #metrics = new CoordinatorMetrics(() => this.#leadership.leading);
  readonly #eventLoop = new RecentLoopDelay();
  readonly #pool: pg.Pool;
  readonly #schema: SchemaWatch;
  readonly #leadership: Leadership;
  readonly #targetsChanged = new Nudge();
  readonly #leasesChanged = new Nudge();
  #status: StatusServer | undefined;
  #listener: NotificationListener | undefined;
  readonly #api: ApiService | null;
  readonly #targetMetrics: TargetMetrics | null;
  readonly #configuration: Promise<ConfigurationWatch> | null;

  /** `rules`: what patterns and paths are, for targets that come in by a configuration or by the API. */
  constructor(config: CoordinatorConfig, logger: Logger, rules: TargetRules) {
    this.#config = config;
    this.#logger = logger;
    // For readiness, the proof and rollups: all that moves the schedule runs on the leader's own connection.
    this.#pool = openPool({
      connectionString: config.databaseUrl,
      pooler: config.pooler,
      applicationName: 'everytick coordinator',
      max: 3,
      onIdleError: (error) => logger.warn({ err: error }, 'lost a database connection'),
    });
    this.#schema = new SchemaWatch(this.#pool);
    this.#api =
      config.api === 'off' ? null : new ApiService({ config, rules, logger, registry: this.#metrics.registry });
    this.#configuration = this.#configurationWatch(rules);
    this.#targetMetrics = config.targetMetrics === 'off' ? null : this.#metricsOfTargets();
    this.#leadership = new Leadership({
      connectionString: config.listenUrl,
      applicationName: 'everytick coordinator leadership',
      // A coordinator does nothing with a schema that is older than it needs.
      prepare: (client) => checkSchemaVersion(client),
      lead: (session) => this.#lead(session),
      logger,
    });
    exposeProcess(this.#metrics.registry, {
      role: 'coordinator',
      revision: config.revision,
      pools: () => [
        this.#pool,
        ...(this.#api?.pools ?? []),
        ...(this.#targetMetrics === null ? [] : [this.#targetMetrics.pool]),
      ],
      migrationPending: () => this.#schema.pending,
      listenerConnected: () => this.#listener?.connected,
      eventLoopDelayMs: () => this.#eventLoop.p99Ms,
    });
  }

  /**
   * Serves its status and the API, and resolves with the address of the former. Throws `config_invalid`. The database may say
   * only later that the API must not be opened: then `onRefused` is told, and the process has to end.
   */
  async serve(onRefused: (error: EverytickError) => void): Promise<string> {
    this.#status = await startStatusServer({
      host: this.#config.statusHost,
      port: this.#config.statusPort,
      registry: this.#metrics.registry,
      readiness: [
        { name: 'schema', check: () => this.#schema.check() },
        ...(this.#api === null ? [] : [this.#api.readiness]),
      ],
      pages: { '/metrics/targets': this.#targetMetrics?.page ?? targetMetricsOff },
      logger: this.#logger,
    });
    this.#schema.start();
    this.#logger.info({ url: this.#status.url }, 'serving /metrics, /healthz and /readyz');
    await this.#api?.start(onRefused);
    return this.#status.url;
  }

  /** Of the API, with its base path; null where it is not open. */
  get apiUrl(): string | null {
    return this.#api?.url ?? null;
  }

  /** Tries to lead, from now until it is stopped. */
  run(): void {
    this.#listener = listen({
      connectionString: this.#config.listenUrl,
      applicationName: 'everytick coordinator listener',
      channel: 'everytick_targets',
      logger: this.#logger,
      onNotification: () => this.#targetsChanged.nudge(),
      onConnected: () => this.#targetsChanged.nudge(),
    });
    this.#leadership.start();
    void this.#configuration?.then((watch) => watch.start());
  }

  async stop(): Promise<void> {
    this.#schema.stop();
    this.#eventLoop.stop();
    await Promise.all([
      this.#api?.stop(),
      this.#configuration?.then((watch) => watch.stop()),
      this.#leadership.close(),
    ]);
    await this.#listener?.close();
    await this.#status?.close();
    await this.#targetMetrics?.close();
    await this.#pool.end().catch(() => undefined);
    this.#logger.info('coordinator stopped');
  }

  async #lead(session: LeaderSession): Promise<void> {
    this.#metrics.led();
    const fleetChanged = new Nudge();
    const duties: [Duty, Nudge][] = [
      [new PartitionKeeper(this.#config.partitionDaysAhead, () => fleetChanged.nudge(), this.#logger), new Nudge()],
      [new DayKeyPacker({ connectionString: this.#config.listenUrl, logger: this.#logger }), new Nudge()],
      [new LeaseSync(this.#metrics, () => this.#leasesChanged.nudge(), this.#logger), this.#targetsChanged],
      [new Reclaimer(this.#metrics, this.#logger), new Nudge()],
      [new PassedTicks(this.#metrics, this.#logger), new Nudge()],
      [new SkippedTicks(), new Nudge()],
      [new MaintenanceFollower(() => this.#targetsChanged.nudge(), this.#logger), new Nudge()],
      [new LocationWatch(this.#pool, this.#metrics.leader), new Nudge()],
      [new FleetWatch(this.#pool, this.#metrics.leader), fleetChanged],
      [new StorageWatch(this.#pool, this.#metrics.leader.storage), new Nudge()],
      [new RequestSweeper(), new Nudge()],
      [this.#auditor(), new Nudge()],
      [new RollupBuilder({ pool: this.#pool, logger: this.#logger }), new Nudge()],
      [this.#retention(), new Nudge()],
      [new Waker(() => this.#metrics.notified()), this.#leasesChanged],
    ];
    await Promise.all(duties.map(([duty, nudge]) => perform(duty, session, nudge, this.#logger)));
    this.#metrics.leader.reset();
  }

  /** Loaded only where there is a configuration: what reads YAML takes 3 MB. */
  #configurationWatch(rules: TargetRules): Promise<ConfigurationWatch> | null {
    const { configPath: path, configSource: source, configVariables: environment } = this.#config;
    if (path === null) return null;
    const metrics = new ConfigurationMetrics(this.#metrics.registry);
    const pool = this.#pool;
    const logger = this.#logger;
    return import('./configuration/configuration-watch.ts').then(
      ({ ConfigurationWatch: Watch }) => new Watch({ path, source, environment, rules, pool, metrics, logger }),
    );
  }

  #metricsOfTargets(): TargetMetrics {
    const { databaseUrl, pooler, targetMetricsLimit: limit } = this.#config;
    return new TargetMetrics({
      databaseUrl,
      pooler,
      limit,
      leading: () => this.#leadership.leading,
      logger: this.#logger,
    });
  }

  #retention(): Duty {
    const { listenUrl, retentionRawDays, retentionHourlyMonths, retentionDailyYears } = this.#config;
    return new RetentionKeeper({
      connectionString: listenUrl,
      periods: { rawDays: retentionRawDays, hourlyMonths: retentionHourlyMonths, dailyYears: retentionDailyYears },
      observer: this.#metrics.leader.storage,
      logger: this.#logger,
    });
  }

  #auditor(): Duty {
    return new LedgerAuditor({
      pool: this.#pool,
      windowS: this.#config.verifyWindowS,
      intervalS: this.#config.verifyIntervalS,
      observer: this.#metrics.leader,
      logger: this.#logger,
    });
  }
}
