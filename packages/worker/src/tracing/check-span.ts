// The span of one check: from its start to its end, with each phase as an event at the moment it began.
//
//   started --entered(phase), redirected()--> ... --end(result)--> exported
//      \-- the worker leaves before it is over: nobody hears of it
//
// Each check is a trace of its own, and linked to its claim: a claim takes hundreds of checks, which would be one huge trace,
// sampled as a whole or not at all, and with `traceparent` the traces of all sites would become one.

import {
  type CheckResult,
  type FetchResult,
  type FetchWatch,
  fail,
  methodAttributes,
  methodInName,
  type PhaseName,
  type RequestHeaders,
  serverAttributes,
  spanTracer,
  type Target,
  urlAttributes,
} from '@everytick/core';
import { defaultTextMapSetter, propagation, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { claimOf, rememberCheck } from './batch-links.ts';

/** Null where nobody would see it and no server is told of it. */
export function startCheckSpan(target: Target, location: string): CheckSpan | null {
  const tracer = spanTracer();
  if (tracer === null) return null;
  const name = methodInName(target.options?.method ?? 'GET');
  const startTime = performance.now();
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, root: true, startTime });
  if (!span.isRecording()) return target.options?.traceparent === true ? new CheckSpan(span, target, location) : null;
  return new CheckSpan(span, target, location);
}

/** What a request carries beside the usual. */
export function withTraceparent(
  headers: RequestHeaders | undefined,
  span: CheckSpan | null | undefined,
): RequestHeaders | undefined {
  const { traceparent } = span ?? {};
  return traceparent === undefined ? headers : { ...headers, ...traceparent };
}

export class CheckSpan implements FetchWatch {
  readonly #span: Span;
  readonly #target: Target;
  readonly #location: string;

  constructor(span: Span, target: Target, location: string) {
    this.#span = span;
    this.#target = target;
    this.#location = location;
  }

  /** For the target that wants it, and also of a span that is not sampled: then it says so. */
  get traceparent(): RequestHeaders | undefined {
    if (this.#target.options?.traceparent !== true) return undefined;
    const carrier: Record<string, string> = {};
    propagation.inject(trace.setSpan(ROOT_CONTEXT, this.#span), carrier, defaultTextMapSetter);
    return carrier;
  }

  /** Hears of the check; undefined where there is nobody to tell. */
  get watch(): FetchWatch | undefined {
    return this.#span.isRecording() ? this : undefined;
  }

  entered(phase: PhaseName, atMonotonicMs: number): void {
    this.#span.addEvent(phase, atMonotonicMs);
  }

  redirected(status: number, url: string): void {
    this.#span.addEvent('redirect', { 'http.response.status_code': status, ...serverAttributes(url) });
  }

  /** `scheduled`: whether the check is a tick, or one that somebody asked for. */
  end(result: CheckResult, fetched: FetchResult, { scheduled }: { readonly scheduled: boolean }): void {
    const span = this.#span;
    if (!span.isRecording()) return;
    const { outcome, error, httpStatus, remoteAddress, protocol, startedAtMs } = result;
    const { id, name, url, options } = this.#target;
    span.setAttributes({ ...methodAttributes(options?.method ?? 'GET'), ...urlAttributes(url) });
    if (httpStatus !== null) span.setAttribute('http.response.status_code', httpStatus);
    if (protocol !== null) span.setAttribute('network.protocol.version', protocol === 'h2' ? '2' : '1.1');
    if (remoteAddress !== null) span.setAttribute('network.peer.address', remoteAddress);
    span.setAttribute('everytick.location', this.#location);
    // One that was checked without having been added has none.
    if (id > 0) span.setAttribute('everytick.target.id', id);
    if (name !== undefined) span.setAttribute('everytick.target.name', name);
    span.setAttribute('everytick.check.outcome', outcome);
    if (error !== null) span.setAttribute('everytick.check.error_code', error.code);
    if (result.redirects !== null) span.setAttribute('everytick.check.redirects', result.redirects);
    if (result.suspect !== null) span.setAttribute('everytick.check.suspect', result.suspect);
    if (scheduled) {
      const { scheduledAtMs } = result.check;
      span.setAttribute('everytick.check.scheduled_at', new Date(scheduledAtMs).toISOString());
      if (startedAtMs !== null) span.setAttribute('everytick.check.lateness_ms', startedAtMs - scheduledAtMs);
      const claim = claimOf(result.check);
      if (claim !== undefined) span.addLink({ context: claim });
      rememberCheck(result.check, span.spanContext());
    }
    if (error !== null && outcome !== 'degraded') fail(span, error.code);
    const tookMs = (fetched.responseTimeUs + (fetched.phases.dnsWaitUs ?? 0)) / 1_000;
    span.end(fetched.startedAtMonotonicMs + tookMs);
  }
}
