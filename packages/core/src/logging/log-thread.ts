// The thread that writes the log: in lines for people where that is wanted, and as fast as they are read.
//
//   waiting --lines come--> writing --all written--> waiting
//                            |   ^
//            the pipe is full v   | a moment later
//                           blocked
//
// It never waits inside a write: of a pipe or terminal it opens its own end, which refuses what has no room, and asks again
// a little later. So the thread can always be ended, and with it the process. How many bytes of what it was given are done
// with, it counts in memory that it shares with the thread whose lines they are; see log-destination.ts.

import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

export interface LogThreadData {
  readonly descriptor: number;
  readonly pretty: boolean;
  /** One number: the bytes that are done with, modulo 2^32. */
  readonly done: Int32Array;
}

/** Lines, and how many bytes they are. */
export interface LogLines {
  readonly text: string;
  readonly bytes: number;
}

const askAgainMs = 20;

const { descriptor, pretty, done } = workerData as LogThreadData;
const output = openOwnEnd(descriptor);
// Loaded where it is wanted: in a process that lives for months it would be 10 MB for nothing.
const prettify = pretty
  ? (await import('pino-pretty')).prettyFactory({
      translateTime: 'SYS:HH:MM:ss.l',
      ignore: 'pid,hostname',
      colorize: true,
    })
  : null;
const waiting: LogLines[] = [];
/** What is left of the first of them; null: it has not been begun. */
let rest: Buffer | null = null;
let blocked = false;

parentPort?.on('message', (lines: LogLines) => {
  waiting.push(lines);
  if (!blocked) write();
});

function write(): void {
  blocked = false;
  for (let [first] = waiting; first !== undefined; [first] = waiting) {
    rest ??= Buffer.from(
      prettify === null
        ? first.text
        : first.text
            .split(/(?<=\n)/)
            .map(prettify)
            .join(''),
    );
    while (rest.length > 0) {
      const written = writeSome(rest);
      if (written === 0) {
        blocked = true;
        setTimeout(write, askAgainMs);
        return;
      }
      rest = rest.subarray(written);
    }
    rest = null;
    waiting.shift();
    Atomics.add(done, 0, first.bytes);
    Atomics.notify(done, 0);
  }
}

/** 0: there is no room now. Throws where there will never be any: that ends the thread. */
function writeSome(bytes: Buffer): number {
  try {
    return writeSync(output, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}

/**
 * Whether a write waits belongs to the open end and to all who share it. Linux opens a pipe or terminal once more by the name
 * of its descriptor. Sockets have none, and no right may be given: those were made not to wait by Node.js, see createLogger.
 */
function openOwnEnd(shared: number): number {
  if (fstatSync(shared).isFile()) return shared;
  try {
    return openSync(`/proc/self/fd/${shared}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return shared;
  }
}
