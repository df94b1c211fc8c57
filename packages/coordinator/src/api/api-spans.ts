// A span for each request to the API, part of the trace of whoever asks where they say which one (W3C traceparent).
//
//   onRequest: span begins --preValidation: the body has been read--> handler --onResponse--> span ends
//
// What a request does in the database becomes part of its trace, because everything after the hook runs in the context of its
// span. A body comes in by events of the connection, which know nothing of that, so what follows it is put there again.

import { fail, methodAttributes, methodInName, pathAttributes, spanTracer } from '@everytick/core';
import {
  context,
  defaultTextMapGetter,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** To be called before any other hook is added. Adds none where no spans are made. */
export function traceRequests(server: FastifyInstance): void {
  const tracer = spanTracer();
  if (tracer === null) return;
  const spans = new WeakMap<FastifyRequest, Span>();

  server.addHook('onRequest', (request, _reply, done) => {
    const { method, headers, is404, socket } = request;
    const route = is404 ? undefined : request.routeOptions.url;
    const name = route === undefined ? methodInName(method) : `${methodInName(method)} ${route}`;
    const caller = propagation.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER }, caller);
    if (!span.isRecording()) {
      done();
      return;
    }
    spans.set(request, span);
    span.setAttributes({
      ...methodAttributes(method),
      ...pathAttributes(request.raw.url ?? '/'),
      'url.scheme': 'http',
      'network.protocol.version': request.raw.httpVersion,
      ...(route !== undefined && { 'http.route': route }),
      ...(socket.localAddress !== undefined && { 'server.address': socket.localAddress }),
      ...(socket.localPort !== undefined && { 'server.port': socket.localPort }),
      ...(socket.remoteAddress !== undefined && { 'network.peer.address': socket.remoteAddress }),
    });
    context.with(trace.setSpan(caller, span), done);
  });

  server.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else context.with(trace.setSpan(ROOT_CONTEXT, span), done);
  });

  server.addHook('onResponse', (request, { statusCode }, done) => {
    const span = spans.get(request);
    span?.setAttribute('http.response.status_code', statusCode);
    // What is wrong with a request is no failure of ours.
    if (span !== undefined && statusCode >= 500) fail(span, String(statusCode));
    span?.end();
    done();
  });
}
