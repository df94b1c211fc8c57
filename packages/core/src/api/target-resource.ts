// Targets as the API and `--json` show them.

import { z } from 'zod';
import type { ListedTarget } from '../targets/listed-target.ts';
import { targetDocument } from '../targets/target-document.ts';
import { withoutPassword } from '../targets/target-url.ts';
import { microseconds, moment, nextCursor, outcome, targetId } from './fields.ts';

export const targetStates = ['up', 'degraded', 'down', 'missed', 'skipped', 'paused', 'maintenance', 'new'] as const;
/** `paused` and `maintenance` are what is so now; the others are the outcome of `lastResult`; `new`: there is none yet. */
export type TargetState = (typeof targetStates)[number];

export const lastResultResource = z
  .object({
    location: z.string(),
    scheduled_at: moment('the tick'),
    started_at: moment('when the request began; null where none was made').nullable(),
    outcome,
    http_status: z.int().nullable(),
    response_time_us: microseconds('response time').nullable(),
    error_code: z.string().nullable(),
    error_detail: z.string().nullable(),
    ticks: z.int().positive().meta({ description: 'how many ticks the row stands for' }),
  })
  .meta({
    id: 'LastResult',
    description:
      'of the newest rows of the ledger, one for each location of the target, the one that decides its state: the worst; among equals the newest',
  });

/** `spec` is what can be given back to PUT; its schema is that of targets files. */
export const targetResource = z
  .object({
    id: targetId,
    name: z.string(),
    source: z.string().nullable().meta({ description: 'the set that it belongs to; null: made by hand' }),
    state: z.enum(targetStates).meta({
      description:
        'paused or maintenance, if that is so now; otherwise the worst outcome (down, degraded, missed, up, skipped) among the newest result of each of its locations; new: there is none yet',
    }),
    paused: z.boolean(),
    in_maintenance: z.boolean(),
    created_at: moment('when it was added'),
    updated_at: moment('when it was changed last'),
    deleted_at: moment('when it was removed').nullable(),
    spec: z.looseObject({ name: z.string(), url: z.string(), every: z.string(), timeout: z.string() }),
    last_result: lastResultResource.nullable(),
  })
  .meta({ id: 'Target' });
export type TargetResource = z.infer<typeof targetResource>;

export const targetPage = z
  .object({ targets: z.array(targetResource), next_cursor: nextCursor })
  .meta({ id: 'TargetPage' });
export type TargetPage = z.infer<typeof targetPage>;

export function stateOf({ paused, inMaintenance, lastResult }: ListedTarget): TargetState {
  if (paused) return 'paused';
  if (inMaintenance) return 'maintenance';
  return lastResult?.outcome ?? 'new';
}

export function targetResourceOf(target: ListedTarget): TargetResource {
  const last = target.lastResult;
  return {
    id: target.id,
    name: target.name,
    source: target.source,
    state: stateOf(target),
    paused: target.paused,
    in_maintenance: target.inMaintenance,
    created_at: target.createdAt.toISOString(),
    updated_at: target.updatedAt.toISOString(),
    deleted_at: target.deletedAt?.toISOString() ?? null,
    spec: { ...targetDocument(target), url: withoutPassword(target.url) },
    last_result: last && {
      location: last.location,
      scheduled_at: last.scheduledAt.toISOString(),
      started_at: last.startedAt?.toISOString() ?? null,
      outcome: last.outcome,
      http_status: last.httpStatus,
      response_time_us: last.responseTimeUs,
      error_code: last.errorCode,
      error_detail: last.errorDetail,
      ticks: last.ticks,
    },
  };
}
