// Sees maintenance windows begin and end, and has the leases of their targets follow.

import { type Logger, loadSql } from '@everytick/core';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

const followSql = loadSql('maintenance-follow');

/** Windows may be added that begin soon. */
const LONGEST_PAUSE_MS = 1_000;

export class MaintenanceFollower implements Duty {
  readonly name = 'maintenance windows';
  readonly #onCrossed: () => void;
  readonly #logger: Logger;

  constructor(onCrossed: () => void, logger: Logger) {
    this.#onCrossed = onCrossed;
    this.#logger = logger;
  }

  async turn(session: LeaderSession): Promise<number> {
    const { rows } = await session.use((client) =>
      client.query<[number, number | null]>({ name: 'everytick_maintenance', text: followSql, rowMode: 'array' }),
    );
    const [windows, untilNextMs] = rows[0] ?? [0, null];
    if (windows > 0) {
      this.#logger.info({ windows }, 'maintenance windows have begun or ended');
      this.#onCrossed();
    }
    return Math.min(LONGEST_PAUSE_MS, Math.max(0, untilNextMs ?? LONGEST_PAUSE_MS));
  }
}
