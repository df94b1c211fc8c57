// One check, from its first name look-up to its result.
//
//   dialing --ready--> exchanging --body read--> ended
//      ^                   |
//      +----- redirect ----+
//
// Whatever happens first (body read, limit, failure, deadline, cancellation) ends the run, and the run ends once: the
// clock stops, the timer is cleared, the socket is destroyed. What its sockets say afterwards is not heard.
//
// A connection that was kept from the check before may have been closed by the server meanwhile, which shows only when it
// is used. Such a check begins once more with a connection of its own; its clock runs on, and it has a connect phase.

import { Buffer } from 'node:buffer';
import type { FetchError, FetchResult, FetchWatch, ResultError, Target } from '@everytick/core';
import { BodyCollector, type DecodedBody, decodeBody } from './body.ts';
import type { Deadline, Deadlines } from './deadlines.ts';
import { type Connection, Dial, type DialContext } from './dial.ts';
import { failure, hopFailure, internalFailure, optionsInvalid, timeoutFailure } from './error-codes.ts';
import { type ExchangeObserver, type HttpConnection, httpOn, type ResponseHeaders } from './exchange.ts';
import { HopUrl } from './hop-url.ts';
import type { KeptConnections } from './kept-connections.ts';
import { type Phase, PhaseClock, phaseNames } from './phase-clock.ts';
import { isRedirect, nextHop, turnsIntoGet } from './redirect.ts';
import { contentAfter, type RequestContent, type RequestPlan } from './request-plan.ts';

/** What all runs of a fetcher share. */
export interface RunContext extends DialContext {
  readonly deadlines: Deadlines;
  readonly kept: KeptConnections;
  readonly bodyLimitBytes: number;
}

/** Requests that may be sent twice (RFC 9110, 9.2.1). */
const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);
/** What takes longer than a round trip and is closed then has been looked at: no less than this, and than so many times as connecting. */
const staleWithinMs = 100;
const staleWithinConnects = 3;
/** Servers say so of connections that have been idle for too long, too (RFC 9110, 15.5.9). */
const requestTimeout = 408;

/** How long a check may wait for slots of the resolver in all. Its lease has to leave time for that. */
const longestDnsWaitMs = 1_000;

interface Hop {
  readonly url: HopUrl;
  readonly content: RequestContent;
  /** Whether the URL is of the target's own origin. */
  readonly own: boolean;
}

export class CheckRun {
  readonly #target: Target;
  readonly #plan: RequestPlan;
  readonly #context: RunContext;
  readonly #onResult: (result: FetchResult) => void;
  readonly #watch: FetchWatch | undefined;
  readonly #clock = new PhaseClock();
  #deadline: Deadline | null = null;
  #dnsWait: Deadline | null = null;
  #hop: Hop;
  #dial: Dial | null = null;
  #connection: HttpConnection | null = null;
  /** Of the last connection that stood, also where its certificate was not accepted. */
  #seen: Partial<Pick<Connection, 'remoteAddress' | 'tls' | 'protocol'>> = {};
  #redirects = 0;
  #status: number | null = null;
  #headers: ResponseHeaders | null = null;
  #body: BodyCollector | null = null;
  #ended = false;

  constructor(
    target: Target,
    plan: RequestPlan,
    context: RunContext,
    onResult: (result: FetchResult) => void,
    watch?: FetchWatch,
  ) {
    this.#target = target;
    this.#plan = plan;
    this.#context = context;
    this.#onResult = onResult;
    this.#watch = watch;
    this.#hop = { url: plan.url, content: plan.own, own: true };
  }

  start(): void {
    try {
      const { protocol } = this.#plan.url;
      this.#deadline = this.#context.deadlines.start(this.#clock.startedAtMs, this.#target.timeoutMs, () =>
        this.#timeOut(),
      );
      if (protocol === 'http:' || protocol === 'https:') this.#go();
      else this.#end(failure('internal_error', `a target cannot have a ${protocol} URL`));
    } catch (error) {
      this.#end(internalFailure(error));
    }
  }

  cancel(): void {
    this.#end(failure('internal_error', 'the check was cut short because its worker is stopping'));
  }

  get #host(): string {
    return this.#hop.url.host;
  }

  #timeOut(): void {
    this.#end(timeoutFailure(this.#clock.phase, this.#target.timeoutMs, this.#host));
  }

  #go(): void {
    const { url, own } = this.#hop;
    const kept = this.#plan.reuse && own ? this.#context.kept.take(this.#target, url.origin) : null;
    if (kept === null) this.#connect();
    else this.#send(kept, true);
  }

  #connect(): void {
    const { url, own } = this.#hop;
    const current = () => this.#dial === dial && !this.#ended;
    const dial = new Dial(url, this.#plan, own, () => this.#deadline?.atMs ?? 0, this.#context, {
      onPhase: (phase) => {
        if (current()) this.#enter(phase);
      },
      onReady: (connection) => {
        if (current()) this.#send(httpOn(connection, url.origin, this.#plan.reuse && own), false);
      },
      onFailed: (error, seen) => {
        if (!current()) return;
        this.#seen = { ...this.#seen, ...seen };
        this.#end(error);
      },
      onUnusable: (detail) => {
        if (current()) this.#miss(optionsInvalid(detail));
      },
      onNoSlot: () => {
        if (current()) this.#missSlot();
      },
    });
    this.#dial = dial;
    dial.start();
  }

  /** The target's time does not run while the worker has no time for it. */
  #enter(phase: Phase, atMs?: number): void {
    this.#dnsWait?.clear();
    if (phase === 'dnsWait') {
      this.#deadline?.pause();
      const leftMs = longestDnsWaitMs - this.#clock.spentMs('dnsWait');
      this.#dnsWait = this.#context.deadlines.start(performance.now(), leftMs, () => this.#missSlot());
    } else {
      this.#deadline?.resume();
    }
    this.#clock.enter(phase, atMs);
    this.#watch?.entered(phaseNames[phase], atMs ?? performance.now());
  }

  #send(connection: HttpConnection, reused: boolean): void {
    this.#dial = null;
    this.#connection = connection;
    const { remoteAddress, tls, protocol, readyAtMs } = connection;
    this.#seen = { remoteAddress, tls, protocol };
    this.#enter('request', reused ? undefined : readyAtMs);
    const sentAtMs = performance.now();
    const current = () => this.#connection === connection && !this.#ended;
    const observer: ExchangeObserver = {
      onSent: () => {
        if (current()) this.#enter('firstByte');
      },
      onHeaders: (status, headers) => {
        if (!current()) return;
        if (reused && status === requestTimeout && this.#mayBeRepeated(connection, sentAtMs)) this.#repeat(connection);
        else this.#onHeaders(status, headers);
      },
      onBody: (chunk) => {
        if (current() && this.#body?.add(chunk) === false) this.#end(null);
      },
      onComplete: () => {
        if (!current()) return;
        if (this.#plan.reuse && this.#hop.own && connection.http.isReusable) this.#keep(connection);
        this.#end(null);
      },
      onFailed: (error) => {
        if (!current()) return;
        const failed = hopFailure(this.#clock.phase, error, this.#host);
        const unheard = this.#status === null && !connection.http.heard;
        const wasStale = reused && failed.code === 'connection_closed' && unheard;
        if (wasStale && this.#mayBeRepeated(connection, sentAtMs)) this.#repeat(connection);
        else this.#end(failed);
      },
    };
    try {
      connection.http.send(this.#hop.url.url, this.#hop.content, this.#context.bodyLimitBytes, observer);
    } catch (error) {
      this.#end(internalFailure(error));
    }
  }

  /** Whether the server gave up a connection that had been kept before it could know of the request, or as good as. */
  #mayBeRepeated({ connectMs }: HttpConnection, sentAtMs: number): boolean {
    const withinMs = Math.max(staleWithinMs, staleWithinConnects * connectMs);
    return harmless.has(this.#hop.content.method) && performance.now() - sentAtMs < withinMs;
  }

  #repeat({ socket }: HttpConnection): void {
    socket.destroy();
    this.#connection = null;
    this.#connect();
  }

  #keep(connection: HttpConnection): void {
    this.#connection = null;
    this.#context.kept.put(this.#target, this.#hop.url.origin, connection);
  }

  #onHeaders(status: number, headers: ResponseHeaders): void {
    this.#status = status;
    this.#headers = headers;
    const location = this.#plan.followRedirects && isRedirect(status) ? first(headers['location']) : undefined;
    // An empty one leads back to where it came from; browsers do not follow it either.
    if (location === undefined || location === '') {
      this.#enter('download');
      this.#body = new BodyCollector(this.#context.bodyLimitBytes);
      return;
    }
    const { mostRedirects } = this.#plan;
    if (this.#redirects === mostRedirects) {
      this.#end(failure('redirect_limit', `${this.#host} redirected once more after ${mostRedirects} redirects`));
      return;
    }
    const next = nextHop(this.#hop.url.url, location);
    if (next instanceof URL) this.#follow(new HopUrl(next), status);
    else this.#end(next);
  }

  #follow(url: HopUrl, status: number): void {
    const own = url.origin === this.#plan.url.origin;
    const before = this.#hop.content;
    const bodiless = before.body === null || turnsIntoGet(status, before.method);
    if (!bodiless && !own && this.#plan.secretBody) {
      this.#end(failure('redirect_invalid', `${this.#host} redirected a request with a secret body to ${url.host}`));
      return;
    }
    this.#redirects += 1;
    this.#watch?.redirected(status, url.href);
    // The body of a redirect is of no interest, and may have no end.
    this.#connection?.socket.destroy();
    this.#connection = null;
    this.#hop = { url, own, content: contentAfter(status, before, own ? this.#plan.own : this.#plan.foreign) };
    this.#go();
  }

  #missSlot(): void {
    this.#miss({ code: 'dns_limit', detail: `too many names were to be resolved before ${this.#host}` });
  }

  /** The worker could not carry it out. */
  #miss(missed: ResultError): void {
    this.#end(failure('internal_error', missed.detail), missed);
  }

  #end(error: FetchError | null, missed?: ResultError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#clock.stop();
    this.#dnsWait?.clear();
    this.#deadline?.clear();
    this.#dial?.cancel();
    this.#connection?.socket.destroy();
    if (this.#body === null) {
      this.#report(error, this.#status === null ? null : { bytes: Buffer.alloc(0), truncated: false }, missed);
      return;
    }
    const { truncated } = this.#body;
    const coding = all(this.#headers?.['content-encoding']);
    const decoded = decodeBody(this.#body.take(), coding, truncated || error !== null, this.#context.bodyLimitBytes);
    const finish = (body: DecodedBody) =>
      this.#report(error ?? (body.invalid ? encodingFailure(this.#host, coding) : null), {
        bytes: body.bytes,
        truncated: truncated || body.truncated,
      });
    if (decoded instanceof Promise) decoded.then(finish);
    else finish(decoded);
  }

  #report(
    error: FetchError | null,
    body: { readonly bytes: Buffer; readonly truncated: boolean } | null,
    missed?: ResultError,
  ): void {
    const { remoteAddress = null, tls = null, protocol = null } = this.#seen;
    this.#onResult({
      startedAtMonotonicMs: this.#clock.startedAtMs,
      responseTimeUs: this.#clock.elapsedUs,
      phases: this.#clock.phases(),
      httpStatus: this.#status,
      headers: this.#headers,
      body: body?.bytes ?? null,
      bodyTruncated: body?.truncated ?? false,
      finalUrl: this.#hop.url.href,
      redirects: this.#redirects,
      protocol,
      remoteAddress,
      tls,
      error,
      missed,
      secrets: this.#plan.secrets,
    });
  }
}

function encodingFailure(host: string, contentEncoding: string): FetchError {
  return failure('body_encoding_invalid', `the body from ${host} cannot be decoded as ${contentEncoding}`);
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function all(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}
