// Divides the time of one check among its phases. At any moment exactly one phase runs, so the phases add up to the
// response time, and the phase that runs when a check is cut off is the one to blame. Redirect hops go through the
// phases again and add to them. The phase in which a check ended badly keeps the time it took until then.
//
// Waiting for a slot of the resolver is the one phase that is no part of the response time: the worker was busy, not the
// target slow.

import { performance } from 'node:perf_hooks';
import type { PhaseName, Phases } from '@everytick/core';

export type Phase = 'dnsWait' | 'dns' | 'connect' | 'tls' | 'request' | 'firstByte' | 'download';

/** As others know them. */
export const phaseNames: Readonly<Record<Phase, PhaseName>> = {
  dnsWait: 'dns_wait',
  dns: 'dns',
  connect: 'connect',
  tls: 'tls',
  request: 'request',
  firstByte: 'first_byte',
  download: 'download',
};

export class PhaseClock {
  readonly startedAtMs = performance.now();
  #phase: Phase | null = null;
  #since = this.startedAtMs;
  #endedAtMs: number | null = null;
  readonly #spentMs: Record<Phase, number | null> = {
    dnsWait: null,
    dns: null,
    connect: null,
    tls: null,
    request: null,
    firstByte: null,
    download: null,
  };

  /** The phase that runs, or the one in which the clock was stopped. */
  get phase(): Phase {
    return this.#phase ?? 'dns';
  }

  /** Ends the running phase and begins another one, now or a moment ago. The first one begins with the clock. */
  enter(phase: Phase, atMs = performance.now()): void {
    this.#charge(atMs);
    this.#phase = phase;
  }

  /** Ends the running phase. Whatever comes later does not count. */
  stop(): void {
    if (this.#endedAtMs !== null) return;
    const now = performance.now();
    this.#charge(now);
    this.#endedAtMs = now;
  }

  /** From the start until `stop`, less what was spent waiting for the resolver, in whole microseconds. */
  get elapsedUs(): number {
    const elapsedMs = (this.#endedAtMs ?? performance.now()) - this.startedAtMs - (this.#spentMs.dnsWait ?? 0);
    return Math.round(elapsedMs * 1000);
  }

  /** In milliseconds, until the phase was last left. */
  spentMs(phase: Phase): number {
    return this.#spentMs[phase] ?? 0;
  }

  phases(): Phases {
    const spent = this.#spentMs;
    return {
      dnsWaitUs: microseconds(spent.dnsWait),
      dnsUs: microseconds(spent.dns),
      connectUs: microseconds(spent.connect),
      tlsUs: microseconds(spent.tls),
      requestUs: microseconds(spent.request),
      firstByteUs: microseconds(spent.firstByte),
      downloadUs: microseconds(spent.download),
    };
  }

  #charge(now: number): void {
    if (this.#phase === null || this.#endedAtMs !== null) return;
    this.#spentMs[this.#phase] = (this.#spentMs[this.#phase] ?? 0) + (now - this.#since);
    this.#since = now;
  }
}

function microseconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1000);
}
