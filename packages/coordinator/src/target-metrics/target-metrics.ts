// GET /metrics/targets: a series of each target, from one place and from SQL. Workers cannot export them: a target's checks
// move from one to another, and with them its series, which Prometheus would see end and begin again each time.
//
//   nothing under way --somebody asks--> reading --rows are there--> writing --all is written--> nothing under way
//
// Only one answer is under way at a time. Whoever asks while it is gets the same one, from its beginning.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Logger, openPool, type Pooler, type StatusPage, withinDeadline } from '@everytick/core';
import type pg from 'pg';
import { Answer } from './answer.ts';
import { accountText, writeAnswer } from './exposition.ts';
import { readTargetRows } from './target-row.ts';

export interface TargetMetricsOptions {
  readonly databaseUrl: string;
  readonly pooler: Pooler;
  /** Pairs of target and location. */
  readonly limit: number;
  readonly leading: () => boolean;
  readonly logger: Logger;
  /** The database ends the reading after this time. */
  readonly statementTimeoutMs?: number;
}

/** Half of what Prometheus waits for a whole answer unless told otherwise. */
const STATEMENT_TIMEOUT_MS = 5_000;
/** Whoever takes longer to take an answer is cut off: it would hold all of it in memory. */
const TAKEN_WITHIN_MS = 30_000;
/** So many answers are in memory at a time, because somebody is still taking them. */
const ANSWERS_AT_MOST = 3;
const TEXT = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } as const;

export class TargetMetrics {
  readonly #options: TargetMetricsOptions;
  /** One connection of its own, opened when somebody asks: a slow reading holds up neither readiness nor the proof. */
  readonly pool: pg.Pool;
  #underWay: Promise<Answer> | undefined;
  /** How many are taking each of the answers in memory. */
  readonly #takers = new Map<Promise<Answer>, number>();

  constructor(options: TargetMetricsOptions) {
    this.#options = options;
    this.pool = openPool({
      connectionString: options.databaseUrl,
      pooler: options.pooler,
      applicationName: 'everytick coordinator target metrics',
      max: 1,
      statementTimeoutMs: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
      onIdleError: (error) => options.logger.warn({ err: error }, 'lost a database connection'),
    });
  }

  readonly page: StatusPage = async (request, response) => {
    if (!this.#options.leading()) return this.#standBy(response);
    const shared = this.#underWay ?? this.#begin();
    if (shared === undefined) {
      return refuse(response, `${ANSWERS_AT_MOST} answers are still being taken, ask again when they are`);
    }
    this.#takers.set(shared, (this.#takers.get(shared) ?? 0) + 1);
    try {
      const answer = await shared;
      // Leadership may have gone meanwhile: the series are the next leader's now.
      if (!this.#options.leading()) return this.#standBy(response);
      await send(answer, request, response);
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'cannot read the metrics of targets');
      refuse(response, 'the metrics of targets cannot be read from the database now: see the log of this process');
    } finally {
      const others = (this.#takers.get(shared) ?? 1) - 1;
      if (others === 0) this.#takers.delete(shared);
      else this.#takers.set(shared, others);
    }
  };

  async close(): Promise<void> {
    // A statement under way ends by its timeout; nobody waits for that.
    await withinDeadline(
      this.pool.end().catch(() => undefined),
      1_000,
    );
  }

  /** Undefined where too many are in memory. Goes on to its end whoever of those that asked goes away. */
  #begin(): Promise<Answer> | undefined {
    if (this.#takers.size >= ANSWERS_AT_MOST) return undefined;
    const written = Promise.withResolvers<void>();
    const beginning = this.#read(written);
    this.#underWay = beginning;
    void written.promise.then(() => {
      this.#underWay = undefined;
    });
    return beginning;
  }

  /** Resolves when there are rows, so that their text can be sent while it is being written; `written` when all of it is. */
  async #read(written: PromiseWithResolvers<void>): Promise<Answer> {
    const startedAt = performance.now();
    try {
      const rows = await readTargetRows(this.pool, this.#options.limit);
      const answer = new Answer();
      writeAnswer(answer, rows, (performance.now() - startedAt) / 1_000)
        .catch((error: Error) => answer.fail(error))
        .finally(written.resolve);
      return answer;
    } catch (error) {
      written.resolve();
      throw error;
    }
  }

  /**
   * A series of one target in two places would be two series, or one that hops between them. Those who stand by answer all the
   * same, and with 200: to Prometheus anything else is a target that is down, and half of all coordinators always would be.
   */
  #standBy(response: ServerResponse): void {
    response.writeHead(200, TEXT).end(accountText({ targets: 0, truncated: 0, readingS: 0 }));
  }
}

/** What is served where per-target metrics are not switched on. */
export const targetMetricsOff: StatusPage = (_request, response) => {
  respondJson(response, 404, 'there are no metrics of targets here: EVERYTICK_TARGET_METRICS=on switches them on');
  return Promise.resolve();
};

/** Resolves when all is sent, or the one who asked has gone. */
async function send(answer: Answer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const zipped = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(String(request.headers['accept-encoding'] ?? ''));
  response.writeHead(200, { ...TEXT, vary: 'accept-encoding', ...(zipped && { 'content-encoding': 'gzip' }) });
  const signal = AbortSignal.timeout(TAKEN_WITHIN_MS);
  await (zipped
    ? pipeline(answer, response, { signal })
    : pipeline(answer, createGunzip({ chunkSize: 1024 * 1024 }), response, { signal })
  ).catch(() => response.destroy());
}

function refuse(response: ServerResponse, why: string): void {
  if (response.headersSent) response.destroy();
  else respondJson(response, 503, why);
}

function respondJson(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify({ error })}\n`);
}
