// A span for each statement that belongs to something traced: a claim, a commit, a request to the API, a duty of the leader.
// Statements on their own (heartbeats, readiness, a standby that tries for the lock) have none: each would be a trace of one
// span, several a second, that tells nobody anything.
//
// The span carries the name of the statement, which is that of its file in packages/core/sql, and never its text or
// its parameters. Names and attributes: https://opentelemetry.io/docs/specs/semconv/database/postgresql/

import { context, type Span, SpanKind, trace } from '@opentelemetry/api';
import pg from 'pg';
import { errorTypeOf, fail, spanTracer } from './tracer.ts';

interface Statement {
  readonly name: string;
  /** Its command in capitals: INSERT, also where it begins with WITH. */
  readonly operation: string;
}

const named = new Map<string, Statement>();

/** Makes a text known by the name of its file. */
export function nameStatement(text: string, name: string): void {
  named.set(text, { name, operation: operationOf(text) });
}

/** What statements without a file are, by their first word: BEGIN, COMMIT. */
export function statementOf(text: string): Statement {
  const known = named.get(text);
  if (known !== undefined) return known;
  const operation = operationOf(text);
  return { name: operation, operation };
}

/** Where statements go, as far as it is known yet. */
interface Place {
  host?: string | undefined;
  port?: number | undefined;
  database?: string | undefined;
}

type Query = (...args: unknown[]) => unknown;

/** Statements given to the client itself. */
export function traceClient(client: pg.ClientBase): void {
  replaceQuery(client as unknown as { query: Query }, client as unknown as Place);
}

/**
 * Statements given to the pool, with the time they wait for a connection, and those given to clients that it lends. With
 * `clientsOnly` the former are left out: for a pool that passes them on to a client that it lends itself.
 */
export function tracePool(pool: pg.Pool, { clientsOnly = false } = {}): void {
  const place: Place = {};
  pool.on('connect', (client) => {
    const { host, port, database } = client as unknown as Place;
    Object.assign(place, { host, port, database });
    traceClient(client);
  });
  if (!clientsOnly) replaceQuery(pool as unknown as { query: Query }, place);
}

function replaceQuery(queryable: { query: Query }, place: Place): void {
  const original = queryable.query;
  queryable.query = (...args) => {
    const tracer = spanTracer();
    const parent = tracer === null ? undefined : trace.getActiveSpan();
    // With a callback it is the pool that asks, for a statement that has its span already.
    if (tracer === null || parent?.isRecording() !== true || typeof args.at(-1) === 'function') {
      return original.apply(queryable, args);
    }
    const { name, operation } = statementOf(textOf(args[0]));
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT }, context.active());
    span.setAttributes({ 'db.system.name': 'postgresql', 'db.operation.name': operation, 'db.query.summary': name });
    return ended(span, place, original.apply(queryable, args) as Promise<unknown>);
  };
}

async function ended(span: Span, { host, port, database }: Place, answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code !== undefined) {
      span.setAttribute('db.response.status_code', error.code);
    }
    fail(span, errorTypeOf(error));
    throw error;
  } finally {
    // A pool knows them once it has been connected.
    if (host !== undefined) span.setAttribute('server.address', host);
    if (port !== undefined && host?.startsWith('/') !== true) span.setAttribute('server.port', port);
    if (database !== undefined) span.setAttribute('db.namespace', database);
    span.end();
  }
}

function textOf(given: unknown): string {
  return typeof given === 'string' ? given : String((given as { readonly text?: unknown } | undefined)?.text ?? '');
}

const commands = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** The first word, or where that is WITH, the command that follows the common table expressions. */
function operationOf(text: string): string {
  const first = /^\s*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? 'STATEMENT';
  if (first !== 'WITH') return first;
  let depth = 0;
  for (const [token] of text.replaceAll(/'[^']*'|--.*/g, '').matchAll(/[()]|\w+/g)) {
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (depth === 0 && commands.has(token.toUpperCase())) return token.toUpperCase();
  }
  return first;
}
