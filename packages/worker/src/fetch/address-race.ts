// Connects to the first of several addresses that answers (RFC 8305): they are tried in order, the next one as soon as the
// one before has failed or has been silent for a quarter of a second. One that has been begun stays in the race.

import net from 'node:net';
import { type ByteSource, readingFor } from './byte-source.ts';
import { isOwnShortage } from './own-shortages.ts';

/** Whoever answers for a name could make a port scanner of us. */
const mostAttempts = 10;
/** As RFC 8305, 5 recommends. */
const attemptDelayMs = 250;

export interface RaceObserver {
  /** `source`: where its bytes come from, if that was asked for. */
  onConnected(socket: net.Socket, address: string, source: ByteSource | null): void;
  /** All have failed: the most telling of their errors. */
  onFailed(error: unknown): void;
}

export class AddressRace {
  readonly #addresses: readonly string[];
  readonly #port: number;
  readonly #observer: RaceObserver;
  readonly #withSource: boolean;
  readonly #track: (socket: net.Socket) => void;
  readonly #running = new Set<net.Socket>();
  readonly #errors: unknown[] = [];
  #next = 0;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  /** `track` hears of every socket that is opened. `withSource`: whether they read for a `ByteSource`. */
  constructor(
    addresses: readonly string[],
    port: number,
    withSource: boolean,
    track: (socket: net.Socket) => void,
    observer: RaceObserver,
  ) {
    this.#addresses = addresses.slice(0, mostAttempts);
    this.#port = port;
    this.#withSource = withSource;
    this.#track = track;
    this.#observer = observer;
    this.#attempt();
  }

  cancel(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    for (const socket of this.#running) socket.destroy();
    this.#running.clear();
  }

  #attempt(): void {
    clearTimeout(this.#timer);
    const address = this.#addresses[this.#next];
    if (address === undefined) return;
    this.#next += 1;
    // Nagle's algorithm would hold back the end of a request; Node waits for it by default.
    const to = { host: address, port: this.#port, noDelay: true };
    const source: ByteSource | null = this.#withSource ? { onBytes: null } : null;
    const socket = net.connect(source === null ? to : { ...to, onread: readingFor(source) });
    this.#running.add(socket);
    this.#track(socket);
    socket.once('connect', () => this.#connected(socket, address, source));
    // A listener that stays: a socket that fails when nobody is interested any more must not end the process.
    socket.on('error', (error) => this.#failed(socket, error));
    if (this.#next < this.#addresses.length) this.#timer = setTimeout(() => this.#attempt(), attemptDelayMs);
  }

  #connected(socket: net.Socket, address: string, source: ByteSource | null): void {
    if (this.#over) return;
    this.#running.delete(socket);
    this.cancel();
    this.#observer.onConnected(socket, address, source);
  }

  #failed(socket: net.Socket, error: unknown): void {
    if (this.#over || !this.#running.delete(socket)) return;
    this.#errors.push(error);
    if (this.#next < this.#addresses.length) this.#attempt();
    else if (this.#running.size === 0) {
      this.cancel();
      this.#observer.onFailed(mostTelling(this.#errors));
    }
  }
}

const hasCode = (code: string) => (error: unknown) => (error as NodeJS.ErrnoException).code === code;

// What a machine answered says more than silence does. In between: an address that was not asked for want of means of our own
// might have answered.
const telling = [
  hasCode('ECONNREFUSED'),
  hasCode('ECONNRESET'),
  isOwnShortage,
  hasCode('EHOSTUNREACH'),
  hasCode('ENETUNREACH'),
];

export function mostTelling(errors: readonly unknown[]): unknown {
  for (const isTelling of telling) {
    const found = errors.find(isTelling);
    if (found !== undefined) return found;
  }
  return errors[0];
}
