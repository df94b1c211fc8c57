// HTTP/1.1 over a connection that is already open: one exchange at a time.
//
// Why not a client library. A check is one request over one connection of its own, so that what pays for a client elsewhere,
// its pool, its queue, its dispatch to streams, is paid for and not used. CPU per check of a 1 KiB page over loopback HTTP, a
// fresh connection each, 32 at a time, one core (`npx pnpm@12 bench fetch` has the ways that are still there):
//
//   undici: request() on an Agent, reset: true           216 us
//   undici: request() on an Agent, pipelining: 0         219 us
//   undici: dispatch() on a Client, socket given         200 us   with the whole check around it
//   this                                                 136 us   with the whole check around it
//   net.Socket, no parser, data by events                 65 us
//   net.Socket, no parser, one buffer for all sockets     55 us   the floor
//
// (AMD EPYC x 2, others at work on it, Node 24.21, undici 8.12.4. The last two by hand.)
//
// What a server may get wrong, and what is then said, is what packages/testing/src/zoo is about.

import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { ByteSource } from '../byte-source.ts';
import type { ExchangeObserver } from '../exchange.ts';
import type { RequestContent } from '../request-plan.ts';
import { HttpError } from './http-error.ts';
import { knownRequestText } from './request-text.ts';
import { ResponseParser } from './response-parser.ts';

/** Browsers take 256 KiB of headers and servers rarely send 8: well above what is usual, well below what would hurt. */
const mostHeadBytes = 64 * 1024;
/** More informational responses (1xx) than this before the real one are no honest server's. */
const mostInformational = 32;
/** A body up to this size goes out together with its head. */
const joinedBytes = 64 * 1024;

export class Http1Connection {
  readonly #socket: Socket;
  readonly #keep: boolean;
  #parser: ResponseParser | null = null;
  #observer: ExchangeObserver | null = null;
  /** Whether anything of the present response has come. */
  heard = false;
  #answered = false;
  #leftOpen = false;

  /** `keep`: whether it is to serve more than one exchange. `source`: where bytes come from if not by the socket's events. */
  constructor(socket: Socket, keep: boolean, source: ByteSource | null) {
    this.#socket = socket;
    this.#keep = keep;
    // A tunnel may have left it paused.
    if (source === null) socket.on('data', (bytes: Buffer) => this.#read(bytes)).resume();
    else source.onBytes = (bytes) => this.#read(bytes);
    socket.on('end', () => this.#ended());
    socket.on('error', (error) => this.#fail(error));
    // The last word, where there was no other.
    socket.on('close', () => this.#ended());
  }

  /** Whether it is good for another request once an exchange is complete: the server leaves it open, and nothing of the last one is under way. */
  get isReusable(): boolean {
    return this.#keep && this.#leftOpen && this.#socket.writableLength === 0;
  }

  /** Throws where the request cannot be sent as it is. The observer must not throw. */
  send(url: URL, content: RequestContent, bodyLimitBytes: number, observer: ExchangeObserver): void {
    const head = knownRequestText(url, content, this.#keep);
    const limits = {
      headBytes: mostHeadBytes,
      // Chunks of a few bytes take several times their size.
      allBytes: bodyLimitBytes * 8 + mostHeadBytes * (mostInformational + 1),
      informational: mostInformational,
    };
    this.heard = false;
    this.#answered = false;
    this.#observer = observer;
    const parser = new ResponseParser(content.method === 'HEAD', limits, {
      onHeaders: (status, headers) => {
        this.#answered = true;
        this.#observer?.onHeaders(status, headers);
      },
      onBody: (bytes) => this.#observer?.onBody(bytes),
      onComplete: () => {
        this.#leftOpen = parser.leavesOpen;
        this.#complete();
      },
    });
    this.#parser = parser;
    this.#write(head, content.body, observer);
  }

  #write(head: string, body: Buffer | null, observer: ExchangeObserver): void {
    let sent = false;
    const onSent = () => {
      if (sent || this.#answered || this.#observer !== observer) return;
      sent = true;
      observer.onSent();
    };
    const socket = this.#socket;
    if (body === null || body.length === 0) socket.write(head, 'latin1', onSent);
    else if (body.length <= joinedBytes) socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]), onSent);
    else {
      socket.write(head, 'latin1');
      socket.write(body, onSent);
    }
    // The kernel has taken it already, nearly always; the callback comes a turn later.
    if (socket.writableLength === 0 && !socket.errored) onSent();
  }

  #read(bytes: Buffer): void {
    // Nobody asked for anything: whatever it is, it must not be taken for the answer to the next request.
    if (this.#parser === null) {
      this.#socket.destroy();
      return;
    }
    this.heard = true;
    try {
      this.#parser.read(bytes);
    } catch (error) {
      this.#fail(error);
    }
  }

  #complete(): void {
    const observer = this.#observer;
    this.#observer = null;
    this.#parser = null;
    observer?.onComplete();
  }

  #ended(): void {
    if (this.#parser === null) return;
    try {
      this.#parser.end();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const observer = this.#observer;
    this.#observer = null;
    this.#parser = null;
    if (error instanceof HttpError) this.#socket.destroy();
    observer?.onFailed(error);
  }
}
