// Connections that targets with `reuse_connection` keep from one check to the next.

import type { Socket } from 'node:net';
import type { CheckOptions, Target } from '@everytick/core';
import { type HttpConnection, longestKeptMs } from './exchange.ts';

// A connection that is kept costs some 50 kB and a file descriptor.
const mostKept = 1_000;

interface Kept {
  readonly connection: HttpConnection;
  /** A changed target gets a connection as it now says. */
  readonly options: CheckOptions | undefined;
}

export class KeptConnections {
  readonly #kept = new Map<string, Kept>();
  /** Those whose end is listened for already. */
  readonly #watched = new WeakSet<Socket>();

  /** A connection to this origin that seems to be good still; null if there is none. It is the caller's from now on. */
  take(target: Target, origin: string): HttpConnection | null {
    const key = keyOf(target, origin);
    const kept = this.#kept.get(key);
    if (kept === undefined) return null;
    this.#kept.delete(key);
    const { connection, options } = kept;
    const good = options === target.options && isGood(connection);
    if (!good) connection.socket.destroy();
    return good ? connection : null;
  }

  put(target: Target, origin: string, connection: HttpConnection): void {
    if (!isGood(connection)) {
      connection.socket.destroy();
      return;
    }
    const key = keyOf(target, origin);
    this.#kept.get(key)?.connection.socket.destroy();
    this.#kept.set(key, { connection, options: target.options });
    if (!this.#watched.has(connection.socket)) {
      this.#watched.add(connection.socket);
      connection.socket.once('close', () => {
        if (this.#kept.get(key)?.connection.socket === connection.socket) this.#kept.delete(key);
      });
    }
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) {
      this.#kept.get(oldest)?.connection.socket.destroy();
      this.#kept.delete(oldest);
    }
  }

  close(): void {
    for (const { connection } of this.#kept.values()) connection.socket.destroy();
    this.#kept.clear();
  }
}

function keyOf({ id }: Target, origin: string): string {
  return `${id} ${origin}`;
}

/** A certificate that has expired meanwhile is to be seen, so that connection is over too. */
function isGood({ socket, readyAtMs, tls }: HttpConnection): boolean {
  if (socket.destroyed || !socket.readable || !socket.writable) return false;
  if (performance.now() - readyAtMs > longestKeptMs) return false;
  return tls?.expiresAtMs == null || tls.expiresAtMs > Date.now();
}
