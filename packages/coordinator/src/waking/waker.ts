// Wakes the workers shortly before the next tick is due, with as few notifications as will do: a NOTIFY holds a
// database-wide lock while it commits.

import { ANNOUNCE_GAP_MS, ANNOUNCE_LEAD_MS, ANY_AGE_MS, LOOK_BACK_MS, LOOK_THROUGH_MS, loadSql } from '@everytick/core';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

const nextDueSql = loadSql('leases-next-due');
const notifySql = loadSql('notify-due');

/** How long the leader sleeps at most: leases come free, and targets come along, without telling it. */
const MAX_PAUSE_MS = 500;
/** PostgreSQL takes fewer than 8,000. */
const MAX_PAYLOAD_BYTES = 7_900;

export class Waker implements Duty {
  readonly name = 'waking';
  readonly #notified: () => void;
  #lookedThroughAt = Number.NEGATIVE_INFINITY;

  constructor(notified: () => void) {
    this.#notified = notified;
  }

  async turn(session: LeaderSession): Promise<number> {
    const now = performance.now();
    const lookThrough = now - this.#lookedThroughAt > LOOK_THROUGH_MS;
    const values = [lookThrough ? ANY_AGE_MS : LOOK_BACK_MS];
    const { rows } = await session.use((client) =>
      // By a name, ten times a second: reading the statement and planning it takes longer than carrying it out.
      client.query<[number, number]>({ name: 'everytick_next_due', text: nextDueSql, values, rowMode: 'array' }),
    );
    if (lookThrough) this.#lookedThroughAt = now;
    const due = rows.filter(([, dueInMs]) => dueInMs <= ANNOUNCE_LEAD_MS);
    if (due.length > 0) {
      const payload = payloadFor(due.map(([location]) => location));
      await session.use((client) => client.query({ name: 'everytick_notify_due', text: notifySql, values: [payload] }));
      this.#notified();
      return ANNOUNCE_GAP_MS;
    }
    const nextMs = Math.min(...rows.map(([, dueInMs]) => dueInMs), Number.POSITIVE_INFINITY);
    return Math.min(MAX_PAUSE_MS, Math.max(ANNOUNCE_GAP_MS, nextMs - ANNOUNCE_LEAD_MS));
  }
}

/** Without locations where there are more of them than it holds: then all workers take it as meant for them. */
function payloadFor(locations: readonly number[]): string {
  const payload = JSON.stringify({ locations });
  return Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES ? '{}' : payload;
}
