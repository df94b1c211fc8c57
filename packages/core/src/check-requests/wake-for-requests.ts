// Tells the workers of a location that a check is asked for, with no more than ten notifications a second of this process,
// whatever the number of requests: a NOTIFY holds a database-wide lock while it commits.

import type { Queryable } from '../database/queryable.ts';
import { loadSql } from '../database/sql.ts';

const notifySql = loadSql('notify-due');

const MIN_GAP_MS = 100;

interface Waking {
  readonly locations: Set<number>;
  sentAt: number;
  timer: NodeJS.Timeout | undefined;
}

/** One for each pool, for as long as that lives. */
const wakings = new WeakMap<Queryable, Waking>();

/**
 * Sends it now, or with the next one. On the channel that workers hear already: `locations` are those with ticks that are due,
 * here none, and workers of earlier versions look no further.
 */
export async function wakeForRequests(database: Queryable, locationId: number): Promise<void> {
  const waking = wakings.get(database) ?? { locations: new Set(), sentAt: Number.NEGATIVE_INFINITY, timer: undefined };
  wakings.set(database, waking);
  waking.locations.add(locationId);
  if (waking.timer !== undefined) return;
  const pauseMs = waking.sentAt + MIN_GAP_MS - performance.now();
  if (pauseMs <= 0) await send(database, waking);
  else waking.timer = setTimeout(() => void send(database, waking), pauseMs).unref();
}

async function send(database: Queryable, waking: Waking): Promise<void> {
  waking.timer = undefined;
  waking.sentAt = performance.now();
  const payload = JSON.stringify({ locations: [], requests: [...waking.locations] });
  waking.locations.clear();
  // One that fails is as one that is lost: it is sent again while somebody waits.
  await database.query(notifySql, [payload]).catch(() => undefined);
}
