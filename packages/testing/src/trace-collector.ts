// A collector of traces: takes OTLP over HTTP as a real one does, and keeps what it is sent for tests to look at.

import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { type Reply, startWebServer, type WebServer } from './web-server.ts';

type Value = string | number | boolean | undefined;

/** A span as it came by http/json, with attributes as plain objects and moments in milliseconds. */
export interface CollectedSpan {
  readonly service: Value;
  readonly resource: Readonly<Record<string, Value>>;
  readonly name: string;
  /** As in OTLP: 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, Value>>;
  readonly events: readonly { readonly name: string; readonly atMs: number; readonly attributes: object }[];
  readonly links: readonly string[];
  readonly failed: boolean;
}

export interface TraceCollector extends AsyncDisposable {
  readonly url: string;
  readonly server: WebServer;
  readonly spans: readonly CollectedSpan[];
  /** Everything that came, as it came. */
  readonly requests: readonly {
    readonly path: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: Buffer;
  }[];
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: { stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean };
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: OtlpAttribute[];
  readonly events: { readonly name: string; readonly timeUnixNano: string; readonly attributes?: OtlpAttribute[] }[];
  readonly links: { readonly spanId: string }[];
  readonly status: { readonly code?: number };
}

interface OtlpRequest {
  readonly resourceSpans: {
    readonly resource: { readonly attributes: OtlpAttribute[] };
    readonly scopeSpans: { readonly spans: OtlpSpan[] }[];
  }[];
}

export async function startTraceCollector(): Promise<TraceCollector> {
  const spans: CollectedSpan[] = [];
  const requests: TraceCollector['requests'][number][] = [];
  const collect: Reply = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    requests.push({ path: request.url ?? '', headers: request.headers, body });
    const json = request.headers['content-type'] === 'application/json';
    if (json) spans.push(...spansOf(JSON.parse(body.toString()) as OtlpRequest));
    response.writeHead(200, { 'content-type': request.headers['content-type'] }).end(json ? '{}' : '');
  };
  const server = await startWebServer({ routes: { '/v1/traces': collect } });
  return { url: server.url, server, spans, requests, [Symbol.asyncDispose]: () => server.close() };
}

function spansOf({ resourceSpans }: OtlpRequest): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const about = plain(resource.attributes);
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => collected(span, about)));
  });
}

function collected(span: OtlpSpan, resource: CollectedSpan['resource']): CollectedSpan {
  const { name, kind, traceId, spanId, parentSpanId } = span;
  return {
    ...{ name, kind, traceId, spanId, parentSpanId: parentSpanId || undefined },
    service: resource['service.name'],
    resource,
    startMs: ms(span.startTimeUnixNano),
    endMs: ms(span.endTimeUnixNano),
    attributes: plain(span.attributes),
    events: span.events.map((event) => ({
      name: event.name,
      atMs: ms(event.timeUnixNano),
      attributes: plain(event.attributes ?? []),
    })),
    links: span.links.map((link) => link.spanId),
    failed: span.status.code === 2,
  };
}

const ms = (nanoseconds: string) => Number(BigInt(nanoseconds) / 1_000n) / 1_000;

function plain(attributes: readonly OtlpAttribute[]): Record<string, Value> {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, doubleValue, boolValue } }) => [
      key,
      stringValue ?? doubleValue ?? boolValue ?? (intValue === undefined ? undefined : Number(intValue)),
    ]),
  );
}
