// A duty of the leader: something done again and again until leadership is lost.

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
  #nudged = false;
  #wake: (() => void) | undefined;

  nudge(): void {
    this.#nudged = true;
    this.#wake?.();
  }

  /** Waits until the time is over, a nudge comes, or the signal fires. */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#nudged && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const over = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', over);
          resolve();
        };
        const timer = setTimeout(over, ms);
        signal.addEventListener('abort', over);
        this.#wake = over;
      });
      this.#wake = undefined;
    }
    this.#nudged = false;
  }
}

/** Runs a duty until leadership is lost. A turn that fails is logged and tried again: no failure ends a duty. */
export async function perform(duty: Duty, session: LeaderSession, nudge: Nudge, logger: Logger): Promise<void> {
  while (!session.lost.aborted) {
    let pauseMs = RETRY_MS;
    try {
      // A turn that does not use the leader's connection may go on for a while after that is gone; nobody waits for it.
      pauseMs =
        (await untilLost(
          inOwnTrace(`duty ${duty.name}`, () => duty.turn(session)),
          session.lost,
        )) ?? RETRY_MS;
    } catch (error) {
      if (session.lost.aborted) return;
      logger.warn({ err: error, duty: duty.name }, 'a duty of the leader failed, it will be tried again');
    }
    await nudge.pause(pauseMs, session.lost);
  }
}

/**
 * Undefined where leadership is lost before. Not a race with one promise that stands for that: it would keep a reaction of
 * each turn, for as long as the coordinator leads.
 */
function untilLost<Value>(turn: Promise<Value>, lost: AbortSignal): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const onLost = () => resolve(undefined);
    lost.addEventListener('abort', onLost, { once: true });
    turn.then(resolve, reject).finally(() => lost.removeEventListener('abort', onLost));
  });
}
