// Work of which only so much is done at once. Others wait for their turn, a while and not too many of them; the rest is told
// to come back, which costs less than to keep it.
//
//   take() --room--> under way --given back--> gone
//     |  \            ^
//     |   \--------> waiting --too long, or the client has gone--> refused
//     \--too many wait--> refused

import { RequestProblem } from './problem.ts';

export interface TurnsOptions {
  readonly atOnce: number;
  readonly mostWaiting: number;
  readonly longestWaitMs: number;
  /** What the work is, in the plural, for the refusal. */
  readonly work: string;
}

/** Gives the turn back; doing so twice is as doing it once. */
export type GiveBack = () => void;

interface Waiting {
  readonly begin: () => void;
}

export class Turns {
  readonly #options: TurnsOptions;
  readonly #waiting = new Set<Waiting>();
  #underWay = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** The first to come is the first to go. Rejects with `unavailable`, and with the reason of the signal. */
  async take(signal?: AbortSignal): Promise<GiveBack> {
    signal?.throwIfAborted();
    const { atOnce, mostWaiting } = this.#options;
    if (this.#underWay < atOnce) this.#underWay++;
    else if (this.#waiting.size >= mostWaiting) throw this.#busy();
    else await this.#wait(signal);
    let isBack = false;
    return () => {
      if (isBack) return;
      isBack = true;
      this.#next();
    };
  }

  async during<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const giveBack = await this.take(signal);
    try {
      return await work();
    } finally {
      giveBack();
    }
  }

  #wait(signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      this.#waiting.delete(waiting);
      clearTimeout(timer);
      signal?.removeEventListener('abort', gone);
    };
    const waiting = {
      begin: () => {
        leave();
        resolve();
      },
    };
    const gone = () => {
      leave();
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      leave();
      reject(this.#busy());
    }, this.#options.longestWaitMs);
    signal?.addEventListener('abort', gone);
    this.#waiting.add(waiting);
    return promise;
  }

  /** Hands the turn over, so that nobody who comes now gets in between. */
  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) this.#underWay--;
    else first.begin();
  }

  #busy(): RequestProblem {
    const detail = `the API is busy with other ${this.#options.work}; try again later`;
    return new RequestProblem(503, 'unavailable', detail, { headers: { 'retry-after': '5' } });
  }
}
