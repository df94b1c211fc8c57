// HTTP/2 over a connection that is already open, by undici's client: one exchange at a time.
//
// A Client of its own ties socket and request together, which an Agent's pool does not, and once its socket has closed nothing
// holds it: it has no timers and needs no closing. A connection that is kept for the next check keeps its Client.

import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { ExchangeObserver, ResponseHeaders } from '../exchange.ts';
import { longestKeptMs } from '../exchange.ts';
import { pathOf } from '../hop-url.ts';
import type { RequestContent } from '../request-plan.ts';
import { forgetCuts, wasCut } from './cut-streams.ts';

// Browsers take 256 KiB and servers rarely send 8: well above what is usual, well below what would hurt.
const maxHeaderSize = 64 * 1024;

/** More informational responses (1xx) than this before the real one are no honest server's. */
const mostInformational = 32;

export class Http2Connection {
  readonly #client: Client;
  readonly #socket: Socket;
  /** node:http2 reads by itself, and does not say when. */
  readonly heard = false;
  /** undici ends what the server has ended. */
  readonly isReusable = true;

  /** `keep`: whether it is to serve more than one exchange. */
  constructor(socket: Socket, origin: string, keep: boolean) {
    this.#socket = socket;
    let handedOver = false;
    this.#client = new Client(origin, {
      // 0: the session ends with the response.
      pipelining: keep ? 1 : 0,
      ...(keep ? { keepAliveTimeout: longestKeptMs, keepAliveMaxTimeout: longestKeptMs } : {}),
      allowH2: true,
      h2Options: { pingInterval: 0 },
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
  }

  /** The observer must not throw from `onFailed`; what else it throws comes back to it there. */
  send(url: URL, { method, headers, body }: RequestContent, _bodyLimitBytes: number, observer: ExchangeObserver): void {
    forgetCuts(this.#socket);
    const path = pathOf(url);
    this.#client.dispatch(
      { method: method as Dispatcher.HttpMethod, path, headers: headers as string[], body },
      new Handler(this.#socket, observer),
    );
  }
}

/** undici wanted a second connection. (It keeps the request waiting where the code is one of its own.) */
class ConnectionUsedUp extends Error {
  readonly code = 'CONNECTION_USED_UP';

  constructor() {
    super('other side closed');
  }
}

class Handler implements Dispatcher.DispatchHandler {
  readonly #socket: Socket;
  readonly #observer: ExchangeObserver;
  // undici tells of the connection that is gone, not of the alert before that says why.
  readonly #onSocketError = (error: Error) => {
    this.#socketError ??= error;
  };
  #socketError: Error | undefined;
  #informational = 0;
  #answered = false;
  #over = false;

  constructor(socket: Socket, observer: ExchangeObserver) {
    this.#socket = socket;
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
    if (wasCut(this.#socket)) this.onResponseError(null, new StreamCut());
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
