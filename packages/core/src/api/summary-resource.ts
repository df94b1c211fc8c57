// How a target did in a period. Uptime never comes without coverage: time that nobody observed is neither up nor down.

import { z } from 'zod';
import { moment, targetId } from './fields.ts';

const ticks = (description: string) => z.int().nonnegative().meta({ description });
const share = (description: string) => z.number().min(0).max(1).nullable().meta({ description });

export const summaryResource = z
  .object({
    target_id: targetId,
    target: z.string(),
    from: moment('the beginning of the period'),
    to: moment('its end, not included'),
    since: moment(
      'when the first schedule began that owed ticks in the period; after `from` where the target is younger than that; null where nothing was owed',
    ).nullable(),
    kept_since: moment(
      'where `from` is later than what was asked for: results before it are not kept any more, and `uptime` has the hours and days of them; else null',
    ).nullable(),
    location: z.string().nullable().meta({ description: 'null: all of them together' }),
    ticks: z.object({
      expected: ticks(
        'that the schedules owed in the period, up to now, but for checks that are under way or may still begin in time: up + degraded + down + missed + skipped + pending',
      ),
      up: ticks('as it should be'),
      degraded: ticks('too slow, or otherwise not quite as it should be'),
      down: ticks('not as it should be'),
      missed: ticks('nobody ran it in time'),
      skipped: ticks('paused or in maintenance'),
      pending: ticks('due, and nothing recorded yet'),
    }),
    uptime: share('(up + degraded) / (up + degraded + down); null where nothing was observed'),
    coverage: share('(up + degraded + down) / (expected - skipped); null where nothing was owed'),
    response_time_ms: z
      .object({ p50: z.number(), p90: z.number(), p95: z.number(), p99: z.number(), max: z.number() })
      .nullable()
      .meta({ description: 'of checks that were up or degraded, to the microsecond; null where there is none' }),
  })
  .meta({ id: 'Summary' });
export type SummaryResource = z.infer<typeof summaryResource>;

/** What is so now, of all targets or of those that a filter lets through. */
export const overviewResource = z
  .object({
    targets: z.int().nonnegative(),
    by_state: z.record(z.string(), z.int().nonnegative()),
  })
  .meta({ id: 'Overview' });
export type OverviewResource = z.infer<typeof overviewResource>;
