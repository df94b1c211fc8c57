// Where pino writes to: a thread of its own, with a bound on what waits for it.
//
//   open --more than the bound waits--> dropping --less than half of it waits--> open, and says how many were dropped
//    |                                     |
//    '---- the thread failed: the reader has gone, the disk is full ----> closed: nothing is written any more
//
// pino's own transport (thread-stream) keeps what its thread has not taken, without a bound: with a pipe that nobody reads, a
// process that logs 47,000 lines of a kilobyte in a second had 800 MB after ten. And it waits for its thread at the end, for ten
// seconds, and then throws. A log is worth neither: here memory is bounded by what may wait, the caller never waits, and
// the end of the process waits for half a second.

import { getCompileCacheDir } from 'node:module';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { LogLines, LogThreadData } from './log-thread.ts';

export interface LogDestinationOptions {
  readonly descriptor: number;
  /** Lines for people instead of JSON. */
  readonly pretty: boolean;
  /** Lines are written again; so many were not, because nobody read them fast enough. */
  readonly onResumed: (dropped: number) => void;
  /** The log cannot be written any more. */
  readonly onFailed: (error: Error) => void;
}

/** What may wait for the thread: at `debug` and a thousand checks a second about the lines of one second. */
const mostWaitingBytes = 1024 * 1024;
/** How long the end of the process waits for the last lines to be written. */
const lastLinesMs = 500;

export class LogDestination {
  readonly #options: LogDestinationOptions;
  readonly #done = new Int32Array(new SharedArrayBuffer(4));
  readonly #thread: Worker;
  #state: 'open' | 'dropping' | 'closed' = 'open';
  /** Bytes that were accepted, modulo 2^32 as what is done with. */
  #accepted = 0;
  /** Lines of this turn of the event loop, which go to the thread together. */
  #collected: string[] = [];
  #collectedBytes = 0;
  #droppedSinceOpen = 0;
  #dropped = 0;

  constructor(options: LogDestinationOptions) {
    this.#options = options;
    const { descriptor, pretty } = options;
    // Whatever this process was told to load first is not for the thread.
    this.#thread = new Worker(new URL(`./log-thread${extname(import.meta.url)}`, import.meta.url), {
      name: 'log',
      execArgv: [],
      // What Node.js keeps of code it has compiled is for the thread as well; it does not learn of it otherwise, and would load
      // the compiler of its own sources once more.
      env: { ...process.env, ...compileCache() },
      workerData: { descriptor, pretty, done: this.#done } satisfies LogThreadData,
    });
    this.#thread.unref();
    this.#thread.on('error', (error: Error) => this.#fail(error));
    process.once('exit', this.#atExit);
  }

  /** Lines that were not written, since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a line, or drops it. Returns at once in either case. */
  write(line: string): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'dropping') {
      if (this.#waitingBytes > mostWaitingBytes / 2) {
        this.#drop();
        return;
      }
      this.#state = 'open';
      const dropped = this.#droppedSinceOpen;
      this.#droppedSinceOpen = 0;
      this.#options.onResumed(dropped);
    }
    const bytes = Buffer.byteLength(line);
    if (this.#waitingBytes + bytes > mostWaitingBytes) {
      this.#state = 'dropping';
      this.#drop();
      return;
    }
    if (this.#collected.length === 0) setImmediate(() => this.#handOver());
    this.#collected.push(line);
    this.#collectedBytes += bytes;
    this.#accepted = (this.#accepted + bytes) | 0;
  }

  /** Ends the thread, with what has not been written by then. */
  async close(): Promise<void> {
    process.off('exit', this.#atExit);
    if (this.#state !== 'closed') {
      this.#handOver();
      this.#state = 'closed';
    }
    await this.#thread.terminate();
  }

  get #waitingBytes(): number {
    return (this.#accepted - Atomics.load(this.#done, 0)) | 0;
  }

  #drop(): void {
    this.#dropped++;
    this.#droppedSinceOpen++;
  }

  #handOver(): void {
    if (this.#collected.length === 0) return;
    const lines: LogLines = { text: this.#collected.join(''), bytes: this.#collectedBytes };
    this.#collected = [];
    this.#collectedBytes = 0;
    this.#thread.postMessage(lines);
  }

  #fail(error: Error): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#collected = [];
    this.#options.onFailed(error);
  }

  readonly #atExit = (): void => {
    if (this.#state === 'closed') return;
    this.#handOver();
    const until = performance.now() + lastLinesMs;
    for (let leftMs = lastLinesMs; this.#waitingBytes > 0 && leftMs > 0; leftMs = until - performance.now()) {
      Atomics.wait(this.#done, 0, Atomics.load(this.#done, 0), leftMs);
    }
  };
}

function compileCache(): NodeJS.ProcessEnv {
  const directory = getCompileCacheDir();
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}
