// Whether this process makes spans, and the one tracer that makes them. It makes none unless somebody has registered an SDK
// with the OpenTelemetry API and said so here: then the cost of tracing, everywhere in the code, is one look at a variable.

import { context, type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';

let current: Tracer | null = null;

/** To be called once the SDK is registered. Makes spans until the function that it returns is called. */
export function makeSpans(version: string): () => void {
  const made = trace.getTracer('everytick', version);
  current = made;
  return () => {
    if (current === made) current = null;
  };
}

/** Null where no spans are made. */
export function spanTracer(): Tracer | null {
  return current;
}

/**
 * Does work in a span that begins a trace of its own; what the work does in the database becomes part of it. `work` is given
 * null where nobody will see the span: then there is nothing to say about it. What it throws fails the span, under the code
 * that the error carries and without its message, which may quote anything.
 */
export async function inOwnTrace<Result>(name: string, work: (span: Span | null) => Promise<Result>): Promise<Result> {
  const span = current?.startSpan(name, { root: true });
  if (span === undefined || !span.isRecording()) return work(null);
  try {
    return await context.with(trace.setSpan(context.active(), span), () => work(span));
  } catch (error) {
    fail(span, errorTypeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Says of a span that it has failed, and how: one word of few. */
export function fail(span: Span, errorType: string): void {
  span.setAttribute('error.type', errorType);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The code of an error (SQLSTATE, system error, our own), else the name of its class. */
export function errorTypeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  return typeof name === 'string' && name !== '' ? name : '_OTHER';
}
