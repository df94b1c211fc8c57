// Requests for checks as a worker takes them.

import { z } from 'zod';
import type { CheckReportResource } from '../api/check-resource.ts';
import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';
import type { Target } from '../domain/target.ts';
import { InternedOptions } from '../scheduler/interned-options.ts';

const claimSql = loadSql('check-requests-claim');
const releaseSql = loadSql('check-requests-release');
const finishSql = loadSql('check-requests-finish');

const anyTimeoutMs = 2 ** 31 - 1;

export interface ClaimedRequest {
  readonly id: string;
  readonly target: Target;
  /** After this time nobody waits for it to begin. */
  readonly beginWithinMs: number;
}

/** Which of the requests a worker has room for. */
export interface Room {
  /** No check that may take longer. */
  readonly longestTimeoutMs?: number;
  /** None of these hosts, each as `URL.host` has it. */
  readonly exceptHosts?: readonly string[];
}

/** A document that is none of these was not written by us. */
const storedTarget = z.object({
  url: z.url({ protocol: /^https?$/ }),
  timeout_ms: z.int().min(100).max(120_000),
  match_pattern: z.string().nullable(),
  options: z.looseObject({}),
});

/** What one worker has to do with requests. All of its methods reject where the database cannot be reached. */
export class RequestDesk {
  readonly #database: Queryable;
  readonly #workerId: number;
  readonly #locationId: number;
  readonly #options = new InternedOptions({ maxTexts: 100, maxCharacters: 1_000_000 });

  constructor(database: Queryable, { workerId, locationId }: { workerId: number; locationId: number }) {
    this.#database = database;
    this.#workerId = workerId;
    this.#locationId = locationId;
  }

  /** The oldest of its location that there is room for, `limit` at most. */
  async claim(
    limit: number,
    { longestTimeoutMs = anyTimeoutMs, exceptHosts = [] }: Room = {},
  ): Promise<ClaimedRequest[]> {
    const values = [this.#locationId, this.#workerId, limit, longestTimeoutMs, exceptHosts];
    const { rows } = await this.#database.query(claimSql, values);
    return rows.map((row) => ({ id: row.id, target: this.#targetOf(row.target), beginWithinMs: row.begin_within_ms }));
  }

  /** Gives back what was not begun. */
  async release(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#database.query(releaseSql, [ids, this.#workerId]);
  }

  async finish(id: string, report: CheckReportResource): Promise<void> {
    await this.#database.query(finishSql, [id, this.#workerId, JSON.stringify(report, storable)]);
  }

  /** Judged again, as targets of the schedule are: this worker need not be of the version that stored it. */
  #targetOf(document: unknown): Target {
    const { success, data } = storedTarget.safeParse(document);
    if (!success) {
      const optionsProblem = 'the request holds no target that this worker understands';
      return { id: 0, url: 'http://invalid/', timeoutMs: 100, matchPattern: null, optionsProblem };
    }
    const { options, problem } = this.#options.of(JSON.stringify(data.options));
    const target = { id: 0, url: data.url, timeoutMs: data.timeout_ms, matchPattern: data.match_pattern, options };
    return problem === null ? target : { ...target, optionsProblem: problem };
  }
}

/** Whether a notification speaks of requests in a location. */
export function hasRequests(payload: unknown, locationId: number): boolean {
  const { requests } = (payload ?? {}) as { requests?: unknown };
  return Array.isArray(requests) && requests.includes(locationId);
}

/** What a server sent may hold characters that PostgreSQL does not take in a text. */
function storable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD').toWellFormed() : value;
}
