// One request over a connection that is already open, as undici's dispatch handler.
//
// undici offers dearer ways. CPU per check of a 1 KiB page over loopback HTTP, fresh connection each, 32 at a time, one
// core (Node 24.21, undici 8.12.4, medians of five rounds of 3,000 checks):
//
//   request() on an Agent, reset: true                304 us   the bare loop to compare with
//   request() on an Agent, pipelining: 0              295 us
//   dispatch() on an Agent, reset: true               289 us
//   dispatch() on a Client of its own, connecting     263 us
//   dispatch() on a Client of its own, socket given   245 us   chosen
//   net.Socket without an HTTP parser                 110 us   the floor
//
// (by hand, on a busy machine; process.cpuUsage() around a loop of checks, the server in a process of its own, the ways
// taking turns). `npx pnpm@12 bench fetch` compares the whole check with the loops of request(): 247 us to 277 (reset: true)
// and 293 (pipelining: 0), over HTTPS 961 us to 1,211 and 1,242.
//
// A Client of its own also ties socket and request together, which an Agent's pool does not, and once its socket has
// closed nothing holds it: it has no timers and needs no closing. A connection that is kept for the next check keeps its
// Client.

import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import { forgetCuts, wasCut } from './cut-streams.ts';
import type { Connection } from './dial.ts';
import type { RequestContent } from './request-plan.ts';
import { ResponseReader } from './response-reader.ts';

/** Is told how the exchange goes. After `onFailed` or `onComplete`, one of which always comes, nothing else does. */
export interface ExchangeObserver {
  /** The request has been handed to the connection, as a whole. Does not come where the response is quicker. */
  onSent(): void;
  /** The headers of the response have arrived; informational ones (1xx) are passed over. */
  onHeaders(status: number, headers: ResponseHeaders): void;
  onBody(chunk: Buffer): void;
  onComplete(): void;
  onFailed(error: unknown): void;
}

export type ResponseHeaders = Readonly<Record<string, string | string[]>>;

/** A connection with the Client that speaks over it. */
export interface ClientConnection extends Connection {
  readonly client: Client;
  /** Whether it is to serve more than one exchange. */
  readonly keep: boolean;
  /** Null for HTTP/2, whose frames node:http2 reads by itself. */
  readonly reader: ResponseReader | null;
}

// Browsers take 256 KiB and servers rarely send 8: well above what is usual, well below what would hurt.
const maxHeaderSize = 64 * 1024;

/** More informational responses (1xx) than this before the real one are no honest server's. */
const mostInformational = 32;

/** `keep`: whether the connection is to be good for another exchange. */
export function clientOn(connection: Connection, url: URL, keep: boolean): ClientConnection {
  const { socket, protocol } = connection;
  let handedOver = false;
  const client = new Client(url.origin, {
    // 0: the request says "connection: close", and the socket is destroyed after the response.
    pipelining: keep ? 1 : 0,
    ...(keep ? { keepAliveTimeout: longestKeptMs, keepAliveMaxTimeout: longestKeptMs } : {}),
    ...(protocol === 'h2' ? { allowH2: true, h2Options: { pingInterval: 0 } } : { allowH2: false }),
    // The deadline of the check is ours.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize,
    connect: (_options, callback) => {
      // undici must never open a connection of its own accord, to repeat a request for instance.
      if (handedOver) return callback(new ConnectionUsedUp(), null);
      handedOver = true;
      // undici does not expect the answer before this function has returned.
      queueMicrotask(() => callback(null, socket));
    },
  });
  return { ...connection, client, keep, reader: protocol === 'h2' ? null : new ResponseReader(socket) };
}

/** For how long a connection may be kept in all: names change their addresses, and certificates expire. */
export const longestKeptMs = 600_000;

/** undici wanted a second connection. (It keeps the request waiting where the code is one of its own.) */
class ConnectionUsedUp extends Error {
  readonly code = 'CONNECTION_USED_UP';

  constructor() {
    super('other side closed');
  }
}

/**
 * For all that a response may have beside its body: headers, informational responses, and chunks of a few bytes, each of
 * which takes several times its size.
 */
function mostBytesFor(bodyLimitBytes: number): number {
  return bodyLimitBytes * 8 + maxHeaderSize * (mostInformational + 1);
}

/** Sends the request. The observer must not throw from `onFailed`; what else it throws comes back to it there. */
export function exchange(
  { client, socket, reader }: ClientConnection,
  url: URL,
  { method, headers, body }: RequestContent,
  bodyLimitBytes: number,
  observer: ExchangeObserver,
): void {
  if (reader === null) forgetCuts(socket);
  reader?.expect(mostBytesFor(bodyLimitBytes));
  client.dispatch(
    {
      method: method as Dispatcher.HttpMethod,
      path: url.pathname + url.search,
      headers: headers as string[],
      body,
    },
    new Handler(socket, reader === null, observer),
  );
}

class Handler implements Dispatcher.DispatchHandler {
  readonly #socket: Socket;
  readonly #observer: ExchangeObserver;
  readonly #cancelled: () => boolean;
  // undici tells of the connection that is gone, not of the alert before that says why.
  readonly #onSocketError = (error: Error) => {
    this.#socketError ??= error;
  };
  #socketError: Error | undefined;
  #informational = 0;
  #answered = false;
  #over = false;

  constructor(socket: Socket, isHttp2: boolean, observer: ExchangeObserver) {
    this.#socket = socket;
    this.#cancelled = () => isHttp2 && wasCut(socket);
    this.#observer = observer;
    socket.on('error', this.#onSocketError);
  }

  onRequestStart(): void {
    // undici wants it to be there. Aborting is done by destroying the socket.
  }

  /** undici calls it, although its types do not say so. What the kernel has not taken yet is waited for. */
  onRequestSent(): void {
    if (this.#socket.writableNeedDrain) this.#socket.once('drain', () => this.#sent());
    else this.#sent();
  }

  #sent(): void {
    if (!this.#over && !this.#answered) this.#observer.onSent();
  }

  onResponseStart(_controller: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (this.#over) return;
    if (status < 200) {
      this.#informational += 1;
      if (this.#informational > mostInformational) {
        this.onResponseError(null, new TooManyInformational());
        this.#socket.destroy();
      }
      return;
    }
    this.#answered = true;
    this.#observer.onHeaders(status, headers as ResponseHeaders);
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (!this.#over) this.#observer.onBody(chunk);
  }

  onResponseEnd(): void {
    // A body without a length ends with its connection. undici takes a reset for such an end too, a cut-off body for a
    // whole one.
    if (this.#socket.errored) this.onResponseError(null, this.#socket.errored);
    if (this.#cancelled()) this.onResponseError(null, new StreamCut());
    if (this.#over) return;
    this.#end();
    this.#observer.onComplete();
  }

  onResponseError(_controller: unknown, error: unknown): void {
    if (this.#over) return;
    this.#end();
    this.#observer.onFailed(this.#reasonOf(error));
  }

  #end(): void {
    this.#over = true;
    this.#socket.off('error', this.#onSocketError);
  }

  #reasonOf(error: unknown): unknown {
    if (codeOf(this.#socketError).startsWith('ERR_SSL_')) return this.#socketError;
    // With the connection still open the lengths contradict each other; nothing is missing.
    if (codeOf(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' && !this.#socket.readableEnded)
      return new LengthsDiffer();
    return error;
  }
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown } | undefined)?.code);
}

class StreamCut extends Error {
  readonly code = 'UND_ERR_SOCKET';

  constructor() {
    super('the stream was cut off');
  }
}

class LengthsDiffer extends Error {
  readonly code = 'HPE_CONTENT_LENGTH';

  constructor() {
    super('(its body is not as long as its headers say)');
  }
}

class TooManyInformational extends Error {
  readonly code = 'HPE_INFORMATIONAL';

  constructor() {
    super(`(more than ${mostInformational} informational responses before a real one)`);
  }
}
