// Something that carries out recurring work: what is due is run, its result stored, its next run scheduled. Running it is
// nothing here: what remains is the price of the schedule.

import type pg from 'pg';

export interface ContenderOptions {
  /** Of an empty database of its own, in which it may do anything. */
  readonly url: string;
  /** To the same database. */
  readonly pool: pg.Pool;
  /** How many recurring pieces of work there are. */
  readonly leases: number;
  readonly intervalS: number;
  readonly batch: number;
  readonly connections: number;
  readonly onProgress: (line: string) => void;
}

export interface Contender {
  readonly name: string;
  /** Makes the work, all of it due, and is quiet afterwards. */
  prepare(options: ContenderOptions): Promise<void>;
  /** Works until it is disposed of. */
  run(options: ContenderOptions): Promise<Running>;
  /** How many results are stored, and how many of them for a run that has another one. */
  stored(pool: pg.Pool): Promise<{ readonly rows: number; readonly duplicates: number }>;
}

export interface Running extends AsyncDisposable {
  /** Runs whose results are stored and whose successors are scheduled. Throws what went wrong. */
  done(): number;
  /** Resolves when what was under way is done. Disposing of it does the same. */
  stop(): Promise<void>;
}

export function runningUntil(end: () => Promise<void>, done: () => number): Running {
  let ended: Promise<void> | undefined;
  const stop = () => {
    ended ??= end();
    return ended;
  };
  return { done, stop, [Symbol.asyncDispose]: stop };
}

/** The same step over and over, several at a time, `step` resolving with how many runs it has done; `end` comes after. */
export function repeat(loops: number, step: () => Promise<number>, end: () => Promise<void>): Running {
  let done = 0;
  let failure: unknown;
  let stopping = false;
  const running = Array.from({ length: loops }, async () => {
    try {
      while (!stopping) {
        const runs = await step();
        done += runs;
      }
    } catch (error) {
      failure ??= error;
    }
  });
  return runningUntil(
    async () => {
      stopping = true;
      await Promise.all(running);
      await end();
    },
    () => {
      if (failure !== undefined) throw failure;
      return done;
    },
  );
}
