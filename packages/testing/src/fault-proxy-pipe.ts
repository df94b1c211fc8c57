// One direction of a proxied connection: bytes wait here while they are delayed, held back, or their reader is slow.

import type { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';

/** So much waits here before the sender is no longer read; what it sends then fills the kernel's buffers. */
const HELD_BYTES = 1_048_576;

/** What is held of the sender: its bytes, or (null) that it has closed its side. */
interface Held {
  readonly bytes: Buffer | null;
  readonly dueAt: number;
}

/**
 * passing --hold()--> holding --pass()--> passing. In both it reads the sender only while its reader keeps up; while
 * holding it does not read at all, so that backpressure reaches the sender. What has been read is passed on in order.
 */
export class FaultProxyPipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #onBytes: (bytes: Buffer) => boolean;
  #held: Held[] = [];
  #heldBytes = 0;
  #holding = false;
  #readerBehind = false;
  #timer: NodeJS.Timeout | undefined;
  delayMs = 0;

  /** `onBytes` sees what arrives, and returns false for what is not to be passed on. */
  constructor(from: Socket, to: Socket, onBytes: (bytes: Buffer) => boolean) {
    this.#from = from;
    this.#to = to;
    this.#onBytes = onBytes;
    from.on('data', (bytes: Buffer) => {
      if (this.#onBytes(bytes)) this.#take(bytes);
    });
    from.on('end', () => this.#take(null));
    to.on('drain', () => {
      this.#readerBehind = false;
      this.#flush();
    });
  }

  hold(): void {
    this.#holding = true;
    this.#from.pause();
    clearTimeout(this.#timer);
  }

  pass(): void {
    this.#holding = false;
    this.#flush();
  }

  /** Forgets what is held. */
  discard(): void {
    this.#held = [];
    this.#heldBytes = 0;
    clearTimeout(this.#timer);
  }

  #take(bytes: Buffer | null): void {
    this.#held.push({ bytes, dueAt: performance.now() + this.delayMs });
    this.#heldBytes += bytes?.length ?? 0;
    this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    if (this.#holding || this.#to.destroyed) return;
    for (let next = this.#held[0]; next !== undefined && !this.#readerBehind; next = this.#held[0]) {
      const earlyMs = next.dueAt - performance.now();
      if (earlyMs > 0) {
        this.#timer = setTimeout(() => this.#flush(), Math.ceil(earlyMs));
        break;
      }
      this.#held.shift();
      this.#heldBytes -= next.bytes?.length ?? 0;
      if (next.bytes === null) this.#to.end();
      else this.#readerBehind = !this.#to.write(next.bytes);
    }
    if (this.#readerBehind || this.#heldBytes >= HELD_BYTES) this.#from.pause();
    else this.#from.resume();
  }
}
