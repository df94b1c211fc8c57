// Divides the time of one check among its phases. At any moment exactly one phase runs, so the phases add up to the
// response time, and the phase that runs when a check is cut off is the one to blame. Redirect hops go through the
// phases again and add to them. The phase in which a check ended badly keeps the time it took until then.

import { performance } from 'node:perf_hooks';
import type { Phases } from '@everytick/core';

export type Phase = 'dns' | 'connect' | 'tls' | 'firstByte' | 'download';

export class PhaseClock {
  readonly startedAtMs = performance.now();
  #phase: Phase | null = null;
  #since = this.startedAtMs;
  #endedAtMs: number | null = null;
  readonly #spentMs: Record<Phase, number | null> = {
    dns: null,
    connect: null,
    tls: null,
    firstByte: null,
    download: null,
  };

  /** The phase that runs, or the one in which the clock was stopped. */
  get phase(): Phase {
    return this.#phase ?? 'dns';
  }

  /** Ends the running phase and begins another one. The first one begins with the clock. */
  enter(phase: Phase): void {
    this.#charge(performance.now());
    this.#phase = phase;
  }

  /** Ends the running phase. Whatever comes later does not count. */
  stop(): void {
    if (this.#endedAtMs !== null) return;
    const now = performance.now();
    this.#charge(now);
    this.#endedAtMs = now;
  }

  /** From the start until `stop`, in whole microseconds. */
  get elapsedUs(): number {
    return Math.round(((this.#endedAtMs ?? performance.now()) - this.startedAtMs) * 1000);
  }

  phases(): Phases {
    const spent = this.#spentMs;
    return {
      dnsUs: microseconds(spent.dns),
      connectUs: microseconds(spent.connect),
      tlsUs: microseconds(spent.tls),
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
