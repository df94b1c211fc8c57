// A duty of the leader: something done again and again until leadership is lost.

import { setTimeout as delay } from 'node:timers/promises';
import { inOwnTrace, type Logger } from '@everytick/core';
import type { LeaderSession } from './leadership.ts';

export interface Duty {
  readonly name: string;
  /** Does the work once; resolves with the time until the next turn, in milliseconds. */
  turn(session: LeaderSession): Promise<number>;
}

/** How long a failed duty waits before its next turn. */
const RETRY_MS = 1_000;

/** Ends a pause early. Calls between two pauses are remembered. */
export class Nudge {
  #nudged: PromiseWithResolvers<void> = Promise.withResolvers();

  nudge(): void {
    this.#nudged.resolve();
  }

  /** Waits until the time is over, a nudge comes, or the signal fires. */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    const cancel = new AbortController();
    try {
      await Promise.race([
        this.#nudged.promise,
        delay(ms, undefined, { signal: AbortSignal.any([signal, cancel.signal]) }),
      ]);
    } catch {
      // Leadership was lost: the loop looks at the signal itself.
    } finally {
      cancel.abort();
      this.#nudged = Promise.withResolvers();
    }
  }
}

/** Runs a duty until leadership is lost. A turn that fails is logged and tried again: no failure ends a duty. */
export async function perform(duty: Duty, session: LeaderSession, nudge: Nudge, logger: Logger): Promise<void> {
  const lost = new Promise<typeof RETRY_MS>((resolve) => {
    session.lost.addEventListener('abort', () => resolve(RETRY_MS), { once: true });
  });
  while (!session.lost.aborted) {
    let pauseMs = RETRY_MS;
    try {
      // A turn that does not use the leader's connection may go on for a while after that is gone; nobody waits for it.
      pauseMs = await Promise.race([inOwnTrace(`duty ${duty.name}`, () => duty.turn(session)), lost]);
    } catch (error) {
      if (session.lost.aborted) return;
      logger.warn({ err: error, duty: duty.name }, 'a duty of the leader failed, it will be tried again');
    }
    await nudge.pause(pauseMs, session.lost);
  }
}
