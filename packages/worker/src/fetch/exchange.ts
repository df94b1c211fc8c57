// One request and its response over a connection that is already open, whatever version of HTTP it speaks.

import type { Buffer } from 'node:buffer';
import type { Connection } from './dial.ts';
import { Http1Connection } from './http1/http1-connection.ts';
import type { ResponseHeaders } from './http1/response-parser.ts';
import { Http2Connection } from './http2/http2-connection.ts';
import type { RequestContent } from './request-plan.ts';

export type { ResponseHeaders };

/** Is told how the exchange goes. After `onFailed` or `onComplete`, one of which always comes, nothing else does. */
export interface ExchangeObserver {
  /** The request has been handed to the connection, as a whole. Does not come where the response is quicker. */
  onSent(): void;
  /** The headers of the response have arrived; informational ones (1xx) are passed over. */
  onHeaders(status: number, headers: ResponseHeaders): void;
  /** `bytes` is only good until this returns. */
  onBody(bytes: Buffer): void;
  onComplete(): void;
  onFailed(error: unknown): void;
}

/** A connection with what speaks HTTP over it. */
export interface HttpConnection extends Connection {
  readonly http: {
    /** Whether anything of the last response has come, as far as can be told. */
    readonly heard: boolean;
    /** Whether it is good for another exchange, once this one is complete. */
    readonly isReusable: boolean;
    /** Throws where the request cannot be sent as it is. */
    send(url: URL, content: RequestContent, bodyLimitBytes: number, observer: ExchangeObserver): void;
  };
}

/** For how long a connection may be kept in all: names change their addresses, and certificates expire. */
export const longestKeptMs = 600_000;

/** `keep`: whether the connection is to be good for another exchange. */
export function httpOn(connection: Connection, origin: string, keep: boolean): HttpConnection {
  const { socket, protocol } = connection;
  const http =
    protocol === 'h2'
      ? new Http2Connection(socket, origin, keep)
      : new Http1Connection(socket, keep, connection.source);
  return { ...connection, http };
}
