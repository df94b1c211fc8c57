// Locations and workers as the API and `--json` show them.

import { z } from 'zod';
import type { LocationStatus } from '../locations/location-status.ts';
import { moment } from './fields.ts';

export const locationResource = z
  .object({
    name: z.string(),
    workers: z.int().nonnegative().meta({ description: 'that were heard of within the last 15 s' }),
    last_seen_at: moment('when any of its workers was heard of last').nullable(),
    targets: z.int().nonnegative().meta({ description: 'that are checked from there, paused ones included' }),
    oldest_overdue_tick: moment('the oldest tick that is due and not claimed').nullable(),
    overdue_ms: z.number().nullable().meta({ description: 'for how long it has been due' }),
  })
  .meta({ id: 'Location' });
export type LocationResource = z.infer<typeof locationResource>;

export const workerResource = z
  .object({
    id: z.int().positive(),
    name: z.string(),
    location: z.string(),
    started_at: moment('when it began'),
    seen_at: moment('when it was heard of last'),
    alive: z.boolean().meta({ description: 'heard of within the last 15 s, and not stopped' }),
  })
  .meta({ id: 'Worker' });
export type WorkerResource = z.infer<typeof workerResource>;

export const locationList = z.object({ locations: z.array(locationResource) }).meta({ id: 'LocationList' });
export const workerList = z.object({ workers: z.array(workerResource) }).meta({ id: 'WorkerList' });

export function locationResourceOf(location: LocationStatus): LocationResource {
  return {
    name: location.name,
    workers: location.liveWorkers,
    last_seen_at: location.lastSeenAt?.toISOString() ?? null,
    targets: location.targets,
    oldest_overdue_tick: location.oldestOverdueTick?.toISOString() ?? null,
    overdue_ms: location.overdueMs,
  };
}
