// How a target did over a long time, by the clock: from rollups. Uptime never comes without coverage.

import { z } from 'zod';
import { moment, nextCursor, targetId } from './fields.ts';

const count = (description: string) => z.int().nonnegative().meta({ description });
const share = (description: string) => z.number().min(0).max(1).nullable().meta({ description });

export const uptimeResource = z
  .object({
    target_id: targetId,
    target: z.string(),
    from: moment(
      'the beginning of the period: as asked for, rounded down to its hour, or to its day where hours are not kept any more',
    ),
    to: moment(
      'its end, not included: as asked for, or rounded down to its hour where results are not kept any more; never after now',
    ),
    since: moment(
      'where data begin in the period: an hour, or a day where it is of the days that are kept; null where there are none',
    ).nullable(),
    location: z.string().nullable().meta({ description: 'null: all of them together' }),
    uptime: share('(up + degraded) / (up + degraded + down), in time; null where nothing was observed'),
    coverage: share(
      '(up + degraded + down) / (up + degraded + down + unobserved), in time; null where nothing was owed',
    ),
    duration_ms: z
      .object({
        up: count('as it should be'),
        degraded: count('too slow, or otherwise not quite as it should be'),
        down: count('not as it should be'),
        unobserved: count('nobody checked in time'),
        skipped: count('paused or in maintenance'),
      })
      .meta({ description: 'how long it was so: each check counts until the next one' }),
    ticks: z.object({
      up: count('as it should be'),
      degraded: count('too slow, or otherwise not quite as it should be'),
      down: count('not as it should be'),
      missed: count('nobody ran it in time'),
      skipped: count('paused or in maintenance'),
    }),
    response_time_ms: z
      .object({
        mean: z.number(),
        p50: z.number(),
        p90: z.number(),
        p95: z.number(),
        p99: z.number(),
        max: z.number(),
      })
      .nullable()
      .meta({
        description:
          'of checks that were up or degraded; percentiles within 2 %, mean and max exactly; null where there is none',
      }),
  })
  .meta({ id: 'Uptime' });
export type UptimeResource = z.infer<typeof uptimeResource>;

export const uptimePage = z
  .object({ targets: z.array(uptimeResource).meta({ description: 'by name' }), next_cursor: nextCursor })
  .meta({ id: 'UptimePage' });
export type UptimePage = z.infer<typeof uptimePage>;
