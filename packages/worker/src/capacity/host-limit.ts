// No more than a share of a worker's checks goes to one host, so that a slow host cannot take every slot.
//
//   offered --share not in use--> begun --ended()--> gone
//      |  \                         ^
//      |   \--share in use--> waiting --a check of its host ended-->
//      |                         |  \--withdraw()--> given back
//      |                         \--waited too long, or thrown out of a full queue--> turned away
//      \--lot lost--> turned away
//
// Rules:
// - A host runs at most `share` checks, and at most as many wait. The first to come is the first to go. A share that has
//   become smaller takes nothing back: fewer begin until it holds again.
// - Who is thrown out of a full queue is drawn by lot among those waiting and the new one. Ticks come at the same instants
//   round after round: whoever came last would be the same target every time.
// - That is not enough. A check that ends at its timeout frees its slot at the same instant of every other or third round
//   too (a timeout of 5 s, an interval of 10 s), and what is due at other instants would never find one free. So the odds
//   of being let in at all go down with each check that waited in vain, and up with each that had not to wait. About as
//   many are let in as can be taken, whatever their instants are. While less than half of the share is in use there are no
//   lots, so a host that has recovered does not suffer for it.
//
// Of 60 targets on a host that takes 20 of them (10 at a time, 5 s each, every 10 s), 34 never ran in 60 rounds without the
// odds. With them the least served ran in 12 rounds, and 98.6 % of what the host can take was used. Odds that move faster
// (0.95) spread no better and use 91 %. The tests have the arrangement.

import type { ClaimedCheck } from '@everytick/core';
import { hopUrlOf } from '../fetch/hop-url.ts';

export interface HostLimitOptions {
  /** How many checks one host may have under way now; at least 1. */
  readonly share: () => number;
  readonly longestWaitMs: number;
  readonly begin: (check: ClaimedCheck, host: string) => void;
  readonly turnAway: (check: ClaimedCheck, host: string) => void;
  /** From 0 to 1, 1 excluded. */
  readonly random?: () => number;
}

interface Waiting {
  readonly check: ClaimedCheck;
  readonly untilMs: number;
}

interface Host {
  running: number;
  readonly waiting: Waiting[];
  /** How likely a check is let in while half of the share is in use. */
  odds: number;
  /** Set while checks wait. */
  timer: NodeJS.Timeout | undefined;
}

/** A hundred in vain make the odds a third; a hundred that had not to wait make them 1 again. */
const ODDS_FACTOR = 0.99;
const ODDS_STEP = 0.01;

export class HostLimit {
  readonly #options: HostLimitOptions;
  readonly #random: () => number;
  /** Hosts with checks under way, and those whose odds have not recovered yet. */
  readonly #hosts = new Map<string, Host>();
  #waiting = 0;

  constructor(options: HostLimitOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** Checks that wait for another one of their host to end. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Begins the check, lets it wait, or turns away it or another one. */
  offer(check: ClaimedCheck): void {
    const share = this.#options.share();
    const name = hostOf(check.target.url);
    const host = this.#host(name);
    const crowded = host.running * 2 >= share;
    if (crowded && host.odds < 1 && this.#random() >= host.odds) {
      this.#options.turnAway(check, name);
      return;
    }
    if (host.running < share) {
      host.odds = Math.min(1, host.odds + ODDS_STEP);
      this.#begin(check, name, host);
      return;
    }
    host.waiting.push({ check, untilMs: performance.now() + this.#options.longestWaitMs });
    this.#waiting++;
    if (host.waiting.length > share) {
      const drawn = Math.floor(this.#random() * host.waiting.length);
      this.#turnAway(name, host, host.waiting.splice(drawn, 1));
    }
    this.#watch(name, host);
  }

  /** Takes a place for a check outside the schedule, if nothing scheduled waits for it; null if there is none. */
  enter(url: string): string | null {
    const name = hostOf(url);
    const host = this.#host(name);
    if (host.waiting.length > 0 || host.running >= this.#options.share()) return null;
    host.running++;
    return name;
  }

  /** A check that had begun is over: the next one of its host may go. */
  ended(name: string): void {
    const host = this.#hosts.get(name);
    if (host === undefined) return;
    host.running--;
    for (const { check } of host.waiting.splice(0, Math.max(0, this.#options.share() - host.running))) {
      this.#waiting--;
      this.#begin(check, name, host);
    }
    if (host.waiting.length === 0) this.#unwatch(host);
    if (host.running === 0 && host.odds === 1) this.#hosts.delete(name);
  }

  /** Takes out all that wait. */
  withdraw(): ClaimedCheck[] {
    const checks: ClaimedCheck[] = [];
    for (const host of this.#hosts.values()) {
      this.#unwatch(host);
      for (const { check } of host.waiting.splice(0)) checks.push(check);
    }
    this.#waiting = 0;
    return checks;
  }

  #host(name: string): Host {
    let host = this.#hosts.get(name);
    if (host === undefined) {
      host = { running: 0, waiting: [], odds: 1, timer: undefined };
      this.#hosts.set(name, host);
    }
    return host;
  }

  #begin(check: ClaimedCheck, name: string, host: Host): void {
    host.running++;
    this.#options.begin(check, name);
  }

  #turnAway(name: string, host: Host, inVain: readonly Waiting[]): void {
    this.#waiting -= inVain.length;
    for (const { check } of inVain) {
      host.odds *= ODDS_FACTOR;
      this.#options.turnAway(check, name);
    }
  }

  /** One timer a host, for the one that has waited longest. */
  #watch(name: string, host: Host): void {
    const first = host.waiting[0];
    if (first === undefined || host.timer !== undefined) return;
    host.timer = setTimeout(
      () => {
        host.timer = undefined;
        const now = performance.now();
        const late = host.waiting.findIndex((waiting) => waiting.untilMs > now);
        this.#turnAway(name, host, host.waiting.splice(0, late === -1 ? host.waiting.length : late));
        this.#watch(name, host);
      },
      Math.max(1, first.untilMs - performance.now()),
    );
  }

  #unwatch(host: Host): void {
    clearTimeout(host.timer);
    host.timer = undefined;
  }
}

/** Host and port in small letters. What is no URL is a host of its own: the fetcher says what is wrong with it. */
export function hostOf(url: string): string {
  return hopUrlOf(url)?.hostAndPort ?? url;
}
