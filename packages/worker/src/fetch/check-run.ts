// One check, from its first name look-up to its result.
//
//   resolving, connecting --ready--> exchanging --body read--> ended
//        ^                               |
//        +----------- redirect ----------+
//
// Whatever happens first (body read, limit, failure, deadline, cancellation) ends the run, and the run ends once: the
// clock stops, the timer is cleared, the socket is destroyed. What its sockets say afterwards is not heard.

import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { FetchError, FetchResult, RequestHeaders, Target } from '@everytick/core';
import { BodyCollector, type DecodedBody, decodeBody } from './body.ts';
import { type Connector, needsLookup } from './connector.ts';
import { Deadline } from './deadline.ts';
import { failure, hopFailure, internalFailure, timeoutFailure } from './error-codes.ts';
import { type ExchangeObserver, exchange } from './exchange.ts';
import { PhaseClock } from './phase-clock.ts';
import { basicAuthorization, isRedirect, nextHop } from './redirect.ts';

/** What all runs of a fetcher share. */
export interface RunContext {
  readonly connector: Connector;
  readonly bodyLimitBytes: number;
  readonly headers: readonly string[];
  track(socket: Socket): void;
}

const mostRedirects = 5;

export class CheckRun {
  readonly #target: Target;
  readonly #headers: RequestHeaders | undefined;
  readonly #context: RunContext;
  readonly #onResult: (result: FetchResult) => void;
  readonly #clock = new PhaseClock();
  #deadline: Deadline | null = null;
  #socket: Socket | null = null;
  /** Where the target's URL points; its user and password and the headers of this check go to no other origin. */
  #origin = '';
  #authorization: string | null = null;
  #host = '';
  #redirects = 0;
  #status: number | null = null;
  #contentEncoding = '';
  #body: BodyCollector | null = null;
  #ended = false;

  constructor(
    target: Target,
    headers: RequestHeaders | undefined,
    context: RunContext,
    onResult: (result: FetchResult) => void,
  ) {
    this.#target = target;
    this.#headers = headers;
    this.#context = context;
    this.#onResult = onResult;
  }

  start(): void {
    const { timeoutMs } = this.#target;
    try {
      this.#deadline = new Deadline(this.#clock.startedAtMs, timeoutMs, () => this.#timeOut());
      const url = new URL(this.#target.url);
      if (url.protocol !== 'http:' && url.protocol !== 'https:') {
        this.#end(failure('internal_error', `a target cannot have a ${url.protocol} URL`));
        return;
      }
      this.#origin = url.origin;
      this.#authorization = basicAuthorization(url);
      this.#hop(url);
    } catch (error) {
      this.#end(internalFailure(error));
    }
  }

  cancel(): void {
    this.#end(failure('internal_error', 'the check was cut short because its worker is stopping'));
  }

  #timeOut(): void {
    this.#end(timeoutFailure(this.#clock.phase, this.#target.timeoutMs, this.#host));
  }

  #hop(url: URL): void {
    this.#host = url.host;
    this.#clock.enter(needsLookup(url) ? 'dns' : 'connect');
    const socket = this.#context.connector.open(url);
    this.#socket = socket;
    this.#context.track(socket);
    // A listener that stays: a socket that fails after its hop is over must not end the process.
    socket.on('error', (error) => {
      if (this.#socket === socket && this.#clock.phase !== 'firstByte' && this.#clock.phase !== 'download') {
        this.#end(hopFailure(this.#clock.phase, error, this.#host));
      }
    });
    socket.once('lookup', (error) => {
      if (!error && this.#socket === socket) this.#clock.enter('connect');
    });
    socket.once('connect', () => {
      if (this.#socket !== socket) return;
      if (url.protocol === 'https:') this.#clock.enter('tls');
      else this.#send(socket, url);
    });
    if (url.protocol === 'https:') {
      socket.once('secureConnect', () => {
        if (this.#socket === socket) this.#send(socket, url);
      });
    }
  }

  #send(socket: Socket, url: URL): void {
    this.#clock.enter('firstByte');
    const headers = [...this.#context.headers];
    if (url.origin === this.#origin) {
      if (this.#authorization !== null) headers.push('authorization', this.#authorization);
      if (this.#headers !== undefined) headers.push(...Object.entries(this.#headers).flat());
    }
    const current = () => this.#socket === socket;
    const observer: ExchangeObserver = {
      onHeaders: (status, responseHeaders) => {
        if (current()) this.#onHeaders(url, status, responseHeaders);
      },
      onBody: (chunk) => {
        if (current() && this.#body?.add(chunk) === false) this.#end(null);
      },
      onComplete: () => {
        if (current()) this.#end(null);
      },
      onFailed: (error) => {
        if (current()) this.#end(hopFailure(this.#clock.phase, error, this.#host));
      },
    };
    try {
      exchange(socket, url, headers, observer);
    } catch (error) {
      this.#end(internalFailure(error));
    }
  }

  #onHeaders(url: URL, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#status = status;
    const location = isRedirect(status) ? single(headers['location']) : undefined;
    if (location === undefined) {
      this.#clock.enter('download');
      this.#contentEncoding = single(headers['content-encoding'], ',') ?? '';
      this.#body = new BodyCollector(this.#context.bodyLimitBytes);
      return;
    }
    if (this.#redirects === mostRedirects) {
      this.#end(failure('redirect_limit', `${this.#host} redirected once more after ${mostRedirects} redirects`));
      return;
    }
    const next = nextHop(url, location);
    if (!(next instanceof URL)) {
      this.#end(next);
      return;
    }
    this.#redirects += 1;
    // The body of a redirect is of no interest, and may have no end.
    this.#socket?.destroy();
    this.#hop(next);
  }

  #end(error: FetchError | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#clock.stop();
    this.#deadline?.clear();
    this.#socket?.destroy();
    this.#socket = null;
    if (this.#body === null) {
      this.#report(error, this.#status === null ? null : { bytes: Buffer.alloc(0), truncated: false });
      return;
    }
    const { truncated } = this.#body;
    const decoded = decodeBody(
      this.#body.take(),
      this.#contentEncoding,
      truncated || error !== null,
      this.#context.bodyLimitBytes,
    );
    const finish = (body: DecodedBody) =>
      this.#report(error ?? (body.invalid ? encodingFailure(this.#host, this.#contentEncoding) : null), {
        bytes: body.bytes,
        truncated: truncated || body.truncated,
      });
    if (decoded instanceof Promise) decoded.then(finish);
    else finish(decoded);
  }

  #report(error: FetchError | null, body: { bytes: Buffer; truncated: boolean } | null): void {
    this.#onResult({
      startedAtMonotonicMs: this.#clock.startedAtMs,
      responseTimeUs: this.#clock.elapsedUs,
      phases: this.#clock.phases(),
      httpStatus: this.#status,
      body: body?.bytes ?? null,
      bodyTruncated: body?.truncated ?? false,
      error,
    });
  }
}

function encodingFailure(host: string, contentEncoding: string): FetchError {
  return failure('body_encoding_invalid', `the body from ${host} cannot be decoded as ${contentEncoding}`);
}

/** A header's value where it came once; the first, or all of them joined, where it came several times. */
function single(value: string | string[] | undefined, join?: string): string | undefined {
  if (!Array.isArray(value)) return value;
  return join === undefined ? value[0] : value.join(join);
}
