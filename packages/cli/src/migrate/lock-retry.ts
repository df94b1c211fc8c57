// A migration that does not get its locks gives up after a moment and is tried again, so that the processes which are at
// work meanwhile never queue behind it for longer than that moment.

import { setTimeout as delay } from 'node:timers/promises';

export interface LockPatience {
  /** How long a statement waits for a lock, in a file that says nothing else. */
  readonly lockTimeoutMs: number;
  /** How often a migration is tried, the first time included. */
  readonly attempts: number;
  /** Before the second attempt; twice as long before each further one, and at most `longestPauseMs`. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
}

/** Ten attempts within some two minutes: enough for a slow report or a backup to end, and not for ever. */
export const defaultPatience: LockPatience = {
  lockTimeoutMs: 5_000,
  attempts: 10,
  pauseMs: 500,
  longestPauseMs: 15_000,
};

/** lock_not_available (what `lock_timeout` ends with) and deadlock_detected: nothing is wrong with the file. */
const WORTH_ANOTHER_TRY = new Map([
  ['55P03', 'another session holds a lock that it needs'],
  ['40P01', 'it was chosen to end a deadlock'],
]);

/**
 * Runs `attempt` until it succeeds, fails for another reason than a lock, or has failed `patience.attempts` times; rejects
 * with its last error. Every attempt begins where the last one was rolled back to.
 */
export async function untilLocked<T>(
  attempt: () => Promise<T>,
  patience: LockPatience,
  onRetry: (reason: string, attemptsLeft: number) => void,
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt();
    } catch (error) {
      const reason = WORTH_ANOTHER_TRY.get(String((error as { code?: unknown }).code));
      if (reason === undefined || number >= patience.attempts) throw error;
      onRetry(reason, patience.attempts - number);
      await delay(Math.min(patience.pauseMs * 2 ** (number - 1), patience.longestPauseMs));
    }
  }
}
