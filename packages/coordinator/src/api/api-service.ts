// The API of one coordinator, from its start to its end. Any coordinator serves it, leading or not.
//
//   closed --start: on loopback--------------------------------------------------> open
//     |                                                                              |
//     '----start: elsewhere--> asking for tokens --there is one--> (listens) --------'
//                                |     ^    \--there is none--> refused: the process ends
//                                '-----' the database cannot be asked yet: tried again each second
//
// stop() leads from each of them to stopped. On loopback it needs no database to open: requests say what is wrong. The first
// token, where one is set, is added before it is asked whether there is one; on loopback whenever the database can be reached.

import { setTimeout as delay } from 'node:timers/promises';
import {
  type CoordinatorConfig,
  checkSchemaVersion,
  EverytickError,
  hasValidToken,
  type Logger,
  openPool,
  type ReadinessCheck,
  type TargetRules,
} from '@everytick/core';
import type pg from 'pg';
import type { Registry } from 'prom-client';
import { ApiMetrics } from './api-metrics.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { FirstToken } from './first-token.ts';
import { addressesOf, isLoopbackAddress } from './loopback.ts';

const askAgainMs = 1_000;
/** Statements of the API. Longer ones than this are answered with 503. */
const statementTimeoutMs = 15_000;
/** Connections: what many clients ask for waits here and not before the schedule. */
const mostConnections = 4;
/** Beside those: for what must not wait for slow questions of others, see `ApiContext`. */
const mostQuickConnections = 3;
const quickStatementTimeoutMs = 5_000;

export interface ApiServiceOptions {
  readonly config: CoordinatorConfig;
  readonly rules: TargetRules;
  readonly logger: Logger;
  readonly registry: Registry;
}

export class ApiService {
  readonly #options: ApiServiceOptions;
  readonly #pool: pg.Pool;
  readonly #quickPool: pg.Pool;
  readonly #metrics: ApiMetrics;
  readonly #firstToken: FirstToken;
  readonly #stopping = new AbortController();
  #server: ApiServer | null = null;
  #waitingFor: string | null = 'it has not been started';
  #opening: Promise<void> = Promise.resolve();

  constructor(options: ApiServiceOptions) {
    const { config, logger, registry } = options;
    this.#options = options;
    this.#metrics = new ApiMetrics(registry);
    this.#firstToken = new FirstToken(config.apiFirstToken, logger);
    const open = (max: number, timeoutMs: number) =>
      openPool({
        connectionString: config.databaseUrl,
        pooler: config.pooler,
        applicationName: 'everytick coordinator api',
        max,
        statementTimeoutMs: timeoutMs,
        onIdleError: (error) => logger.warn({ err: error }, 'the API lost a database connection'),
      });
    this.#pool = open(mostConnections, statementTimeoutMs);
    this.#quickPool = open(mostQuickConnections, quickStatementTimeoutMs);
  }

  get pools(): readonly pg.Pool[] {
    return [this.#pool, this.#quickPool];
  }

  /** With the base path; null while it is not open. */
  get url(): string | null {
    return this.#server?.url ?? null;
  }

  get readiness(): ReadinessCheck {
    return {
      name: 'api',
      check: () => (this.#waitingFor === null ? Promise.resolve() : Promise.reject(new Error(this.#waitingFor))),
    };
  }

  /**
   * Opens it, or goes on trying where the database cannot be asked yet. Throws `config_invalid` for an address that cannot
   * be listened on, and for one that is not loopback where no token is valid. Where that turns out later, `onRefused` hears
   * of it.
   */
  async start(onRefused: (error: EverytickError) => void): Promise<void> {
    const { config, logger } = this.#options;
    const addresses = await addressesOf(config.apiHost).catch((error: Error) => {
      const reason = `EVERYTICK_API_HOST is "${config.apiHost}"; it must be an address to listen on: ${error.message}`;
      throw new EverytickError('config_invalid', reason);
    });
    const address = addresses.find((one) => !isLoopbackAddress(one)) ?? addresses[0] ?? '127.0.0.1';
    if (isLoopbackAddress(address)) {
      await this.#open(address);
      this.#opening = this.#addFirstToken();
      return;
    }
    if (await this.#mayOpen()) {
      await this.#open(address);
      return;
    }
    logger.warn(
      { reason: this.#waitingFor },
      'the API waits for the database, which has to say whether there is a token',
    );
    this.#opening = this.#openLater(address).catch((error: unknown) => {
      if (error instanceof EverytickError) onRefused(error);
      else logger.error({ err: error }, 'the API could not be opened');
    });
  }

  /** Lets requests in flight finish, for two seconds at most. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#waitingFor = 'it has been stopped';
    await this.#opening;
    await this.#server?.close();
    this.#server = null;
    await Promise.allSettled([this.#pool.end(), this.#quickPool.end()]);
  }

  async #openLater(address: string): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await delay(askAgainMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || !(await this.#mayOpen())) continue;
      if (!signal.aborted) await this.#open(address);
      return;
    }
  }

  async #addFirstToken(): Promise<void> {
    const { signal } = this.#stopping;
    while (!this.#firstToken.done && !signal.aborted) {
      const asked = checkSchemaVersion(this.#quickPool).then(() => this.#firstToken.add(this.#quickPool));
      // The database is not there yet.
      await asked.catch(() => delay(askAgainMs, undefined, { signal }).catch(() => undefined));
    }
  }

  /** False: the database cannot be asked now. Throws `config_invalid` where it says no. */
  async #mayOpen(): Promise<boolean> {
    let valid: boolean;
    try {
      await checkSchemaVersion(this.#quickPool);
      await this.#firstToken.add(this.#quickPool);
      valid = await hasValidToken(this.#quickPool);
    } catch (error) {
      this.#waitingFor = `waiting for the database: ${(error as Error).message}`;
      return false;
    }
    if (valid) return true;
    const { apiHost } = this.#options.config;
    throw new EverytickError(
      'config_invalid',
      `EVERYTICK_API_HOST is "${apiHost}", where others can reach the API, and there is no valid token; make one with ` +
        '"everytick tokens create NAME --scope read --scope write", or give the coordinators one that "everytick tokens generate" ' +
        'prints as EVERYTICK_API_FIRST_TOKEN, or set EVERYTICK_API_HOST to 127.0.0.1, or EVERYTICK_API to off',
    );
  }

  async #open(address: string): Promise<void> {
    const { config, rules, logger } = this.#options;
    const pools = { pool: this.#pool, quickPool: this.#quickPool };
    this.#server = await startApiServer({ config, rules, logger, ...pools, metrics: this.#metrics, address });
    this.#waitingFor = null;
    logger.info({ url: this.#server.url }, 'serving the API');
  }
}
