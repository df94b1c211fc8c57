// Requests to the API of a coordinator. What it answers that is no success becomes the error that the database would have
// been the cause of, with the same code and the same sentence.

import { setTimeout as delay } from 'node:timers/promises';
import { EverytickError, type EverytickErrorCode, type PlacedProblem, type ProblemResource } from '@everytick/core';
import type { ApiPlace } from './place.ts';

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the base path: `/targets`. */
  readonly path: string;
  /** A list is given once for each of it; undefined is left out. */
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly body?: unknown;
  readonly ifMatch?: string;
}

type QueryValue = string | number | boolean | readonly (string | number)[] | undefined;

export interface ApiAnswer<Document> {
  readonly document: Document;
  readonly etag: string | null;
  /** By the clock of the coordinator, to the second. */
  readonly date: Date | null;
}

/** Plans of many targets take their time; nothing else does. */
const longestMs = 120_000;
/** What the coordinator asks to wait for when it has been asked too much is waited for, if it is no longer than this. */
const longestPauseS = 60;

export class ApiClient {
  readonly #place: ApiPlace;

  constructor(place: ApiPlace) {
    this.#place = place;
  }

  /** Throws `EverytickError`, `api_unreachable` and `api_refused` among others. */
  async send<Document>(request: ApiRequest): Promise<ApiAnswer<Document>> {
    for (;;) {
      const response = await this.#fetch(request);
      const text = await response.text().catch((error: Error) => this.#unreachable(error));
      if (response.ok) return this.#answer<Document>(response, text);
      const pauseS = Number(response.headers.get('retry-after') ?? Number.NaN);
      if (response.status !== 429 || !(pauseS <= longestPauseS)) throw this.#errorOf(response, text);
      await delay(pauseS * 1_000);
    }
  }

  #fetch({ method = 'GET', path, query = {}, body, ifMatch }: ApiRequest): Promise<Response> {
    const url = new URL(`${this.#place.url}/api/v1${path}`);
    for (const [name, value] of Object.entries(query)) {
      for (const each of Array.isArray(value) ? value : [value]) {
        if (each !== undefined) url.searchParams.append(name, String(each));
      }
    }
    return fetch(url, {
      method,
      headers: {
        accept: 'application/json, application/problem+json',
        ...(this.#place.token === null ? {} : { authorization: `Bearer ${this.#place.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      },
      // The token is for this place alone.
      redirect: 'manual',
      signal: AbortSignal.timeout(longestMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: Error) => this.#unreachable(error));
  }

  #answer<Document>(response: Response, text: string): ApiAnswer<Document> {
    const date = response.headers.get('date');
    return {
      document: (text === '' ? undefined : this.#parsed(response, text)) as Document,
      etag: response.headers.get('etag'),
      date: date === null ? null : new Date(date),
    };
  }

  #parsed(response: Response, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.#noApi(response);
    }
  }

  #errorOf(response: Response, text: string): EverytickError {
    const to = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && to !== null) {
      return new EverytickError('api_failed', `${this.#place.url} is not where the API is; it says to go to ${to}`);
    }
    if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return this.#noApi(response);
    return this.#problemError(this.#parsed(response, text) as ProblemResource);
  }

  #problemError({ code, detail, errors = [], status }: ProblemResource): EverytickError {
    const { url, token } = this.#place;
    if (status === 401) {
      const whose = token === null ? 'EVERYTICK_API_TOKEN is not set' : 'that of EVERYTICK_API_TOKEN is not accepted';
      const why = detail.startsWith('a token is needed') ? '' : `: ${detail}`;
      return refused(`the API at ${url} wants a token, and ${whose}${why}. ${howToMakeOne}`);
    }
    if (status === 403) return refused(`the API at ${url} does not allow it: ${detail}. ${howToMakeOne}`);
    if (code === 'unavailable' || code === 'internal') {
      return new EverytickError('api_failed', `the API at ${url} could not do it: ${detail}`);
    }
    const problems = errors.flatMap(({ pointer, detail: message }): PlacedProblem[] =>
      pointer === undefined ? [] : [{ path: pathOf(pointer), message }],
    );
    return new EverytickError(codeOf(code, status), detail, { problems });
  }

  #unreachable(error: Error): never {
    const { url } = this.#place;
    if (error.name === 'TimeoutError') {
      throw new EverytickError('api_unreachable', `the API at ${url} has not answered for ${longestMs / 1_000} s`, {
        cause: error,
      });
    }
    throw new EverytickError('api_unreachable', `cannot reach the API at ${url}: ${reasonOf(error)}`, { cause: error });
  }

  #noApi({ status, headers }: Response): EverytickError {
    const type = headers.get('content-type')?.split(';')[0] ?? 'nothing';
    return new EverytickError(
      'api_failed',
      `what answers at ${this.#place.url} is no API of Everytick (${status}, ${type}); a coordinator logs where its API is`,
    );
  }
}

const howToMakeOne =
  'Make one where the database is, with "everytick tokens create", and set EVERYTICK_API_TOKEN to it';

function refused(message: string): EverytickError {
  return new EverytickError('api_refused', message);
}

/** Codes that the database gives too are kept; all that was said wrongly is `usage`. */
function codeOf(code: string, status: number): EverytickErrorCode {
  if (kept.has(code as EverytickErrorCode)) return code as EverytickErrorCode;
  if (code === 'precondition_failed') return 'target_changed';
  if (code === 'not_found') return 'api_failed';
  return status < 500 && code !== 'rate_limited' ? 'usage' : 'api_failed';
}

const kept: ReadonlySet<EverytickErrorCode> = new Set([
  'target_invalid',
  'target_changed',
  'target_name_taken',
  'target_not_found',
  'target_source_conflict',
  'targets_busy',
  'targets_file_invalid',
  'check_impossible',
  'no_worker',
  'schema_outdated',
  'schema_too_new',
  'database_unreachable',
  'usage',
]);

/** RFC 6901. */
function pathOf(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^(0|[1-9]\d*)$/.test(step) ? Number(step) : step));
}

/** What `fetch` says is in the cause of its error. */
function reasonOf(error: Error): string {
  const cause = error.cause ?? error;
  if (cause instanceof AggregateError) return cause.errors.map((one: Error) => one.message).join('; ');
  return cause instanceof Error ? cause.message || String(cause) : String(cause);
}
