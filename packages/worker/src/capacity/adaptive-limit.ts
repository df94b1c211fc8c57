// How many checks a worker may hold at a time, adapted to how it and its database are doing: additive increase,
// multiplicative decrease, as TCP shares a line (Chiu and Jain 1989), so that workers on one database come to equal shares.
//
//   at the bound --strained--> lowered --calm--> raised --> ... --> at the bound
//
// Once a second, by what that second was like:
// - strained: the event loop was late by more than 100 ms (99th percentile), or a claim or finish took longer than 1 s or
//   failed. The limit becomes 7/10. A late event loop makes response times too long and deadlines too late, which is a lie
//   about the target: better fewer checks that are true. A claim or finish takes milliseconds; one that takes a second says
//   that the database is short of something, and more results would not make it faster.
// - calm: the limit grows by a tenth of its bound, so that the way back up takes ten seconds at most. Also where it is not used:
//   the share of a host goes by it, and a worker that is held back by its hosts alone would never come to use it.
//
// Never above the bound, and never below a tenth of it or ten checks: with next to nothing in flight nothing would be
// learnt about whether it is better, and ticks would be missed for a strain that is not of the worker's making.

export interface Strain {
  /** 99th percentile of how late the event loop was. */
  readonly eventLoopDelayMs: number;
  /** The longest claim or finish, those still under way included. */
  readonly slowestStatementMs: number;
  /** Claims and finishes that failed. */
  readonly failedStatements: number;
}

const EVENT_LOOP_DELAY_LIMIT_MS = 100;
const STATEMENT_LIMIT_MS = 1_000;
const DECREASE_FACTOR = 0.7;
const INCREASE_SHARE = 0.1;
const FLOOR_SHARE = 0.1;
const FLOOR = 10;

function isStrained(strain: Strain): boolean {
  return (
    strain.eventLoopDelayMs > EVENT_LOOP_DELAY_LIMIT_MS ||
    strain.slowestStatementMs > STATEMENT_LIMIT_MS ||
    strain.failedStatements > 0
  );
}

export class AdaptiveLimit {
  readonly max: number;
  readonly floor: number;
  readonly #step: number;
  #current: number;

  constructor(max: number) {
    this.max = max;
    this.floor = Math.min(max, Math.max(FLOOR, Math.ceil(max * FLOOR_SHARE)));
    this.#step = Math.max(1, Math.ceil(max * INCREASE_SHARE));
    this.#current = max;
  }

  /** Checks, from claim to commit. */
  get current(): number {
    return this.#current;
  }

  /** Learns from one second. */
  adapt(strain: Strain): void {
    if (isStrained(strain)) this.#current = Math.max(this.floor, Math.round(this.#current * DECREASE_FACTOR));
    else this.#current = Math.min(this.max, this.#current + this.#step);
  }
}
