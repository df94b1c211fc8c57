// One GET over one connection that is already open, as undici's dispatch handler.
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
// taking turns). `npx pnpm@12 bench fetch` compares the whole UndiciFetcher with the loops of request(): 188 us to 280
// (reset: true) and 276 (pipelining: 0).
//
// A Client of its own also ties socket and request together, which an Agent's pool does not, and once its socket has
// closed nothing holds it: it has no timers and needs no closing.

import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';

/** Is told how the exchange goes. After `onFailed` or `onComplete`, one of which always comes, nothing else does. */
export interface ExchangeObserver {
  /** The headers of the response have arrived; informational ones (1xx) are passed over. */
  onHeaders(status: number, headers: Record<string, string | string[] | undefined>): void;
  onBody(chunk: Buffer): void;
  onComplete(): void;
  onFailed(error: unknown): void;
}

// Browsers take 256 KiB and servers rarely send 8: well above what is usual, well below what would hurt.
const maxHeaderSize = 64 * 1024;

/** Sends the request. The observer must not throw from `onFailed`; what else it throws comes back to it there. */
export function exchange(socket: Socket, url: URL, headers: string[], observer: ExchangeObserver): void {
  let handedOver = false;
  const client = new Client(url.origin, {
    // No keep-alive: the request says "connection: close", and the socket is destroyed after the response.
    pipelining: 0,
    allowH2: false,
    // The deadline of the check is ours.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize,
    connect: (_options, callback) => {
      // undici must never open a connection of its own accord, to repeat a request for instance.
      if (handedOver) return callback(new Error('the connection of this exchange is used up'), null);
      handedOver = true;
      // undici does not expect the answer before this function has returned.
      queueMicrotask(() => callback(null, socket));
    },
  });
  client.dispatch({ method: 'GET', path: url.pathname + url.search, headers }, new Handler(socket, observer));
}

class Handler implements Dispatcher.DispatchHandler {
  readonly #socket: Socket;
  readonly #observer: ExchangeObserver;
  #over = false;

  constructor(socket: Socket, observer: ExchangeObserver) {
    this.#socket = socket;
    this.#observer = observer;
  }

  onRequestStart(): void {
    // undici wants it to be there. Aborting is done by destroying the socket.
  }

  onResponseStart(_controller: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status >= 200 && !this.#over) this.#observer.onHeaders(status, headers);
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (!this.#over) this.#observer.onBody(chunk);
  }

  onResponseEnd(): void {
    // A body without a length ends with its connection. undici takes a reset for such an end too, a cut-off body for a
    // whole one.
    if (this.#socket.errored) this.onResponseError(null, this.#socket.errored);
    if (this.#over) return;
    this.#over = true;
    this.#observer.onComplete();
  }

  onResponseError(_controller: unknown, error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#observer.onFailed(error);
  }
}
