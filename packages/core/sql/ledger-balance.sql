-- The proof, first half: for a period, ticks owed by the history of the schedules against ticks in the ledger. A row for each
-- target and location whose books do not balance, and one with target_id NULL: the sums over all.
--
--   $1 from (inclusive)   $2 to (exclusive)   $3 target ids, or NULL for all
--
-- Why equal numbers are a proof. Ticks are distinct instants. If every row is on ticks that its schedule owes (none
-- unscheduled), no tick is in two rows, and there are as many ticks in rows as are owed, then those are the owed ticks, and
-- none is absent. No tick is in two rows where the ledger's key stands (ledger-key.sql, for it can be dropped) and no row
-- lies within the run of another (ledger-overlaps.sql, where there are runs). Wherever one of these does not hold,
-- ledger-walk.sql goes through the rows of that target one by one.
--
-- What the lease itself still holds is pending, and not owed to the ledger yet: its open tick, and all from the oldest one on
-- that it has not handed out. A statement sees one moment, so no tick is in two places. A row for a tick that is pending is
-- unscheduled: the tick would be carried out again.
--
-- No run is as long as an hour: to find those that reach into the period, it looks back one hour. A longer one, or one of
-- ticks that were carried out, counts as unscheduled.
--
-- Plan: parallel hash join and aggregate over a sequential scan of the period's partitions.
-- 10,000,000 rows of 2,000 targets on two cores: 4.4 s (`pnpm bench verify`). Lost, on the same machine while it was busy: a
-- window over the rows in the order of the key, which would need no other statement (27 s against 6 s); lead() for the
-- end of a schedule, and EXISTS for overlapping runs, either of which keeps the plan on one core (8 s).
WITH schedule AS NOT MATERIALIZED (
  SELECT h.target_id, h.location_id, h.schedule_from, following.until, h.interval_s, h.first_tick, l.open_tick,
         coalesce(l.next_fire_at, l.skip_from) AS due,
         h.interval_s * interval '1 second' AS step,
         to_timestamp(0) + tick_phase(h.target_id, h.interval_s) AS origin,
         tick_following(h.target_id, h.interval_s, h.first_tick) AS second_tick,
         -- The last tick that can be owed, and the last before the period.
         least(following.until, $2::timestamptz - interval '1 microsecond') AS last_moment,
         greatest(h.schedule_from, $1::timestamptz - interval '1 microsecond') AS moment_before
  FROM schedules AS h
  JOIN (
    SELECT s.target_id, s.location_id, s.schedule_from, coalesce(min(later.schedule_from), 'infinity') AS until
    FROM schedules AS s
    LEFT JOIN schedules AS later
      ON later.target_id = s.target_id AND later.location_id = s.location_id AND later.schedule_from > s.schedule_from
    GROUP BY s.target_id, s.location_id, s.schedule_from
  ) AS following USING (target_id, location_id, schedule_from)
  LEFT JOIN leases AS l ON l.target_id = h.target_id AND l.location_id = h.location_id
  WHERE h.interval_s IS NOT NULL AND h.first_tick < $2 AND following.until >= $1
    AND ($3::integer[] IS NULL OR h.target_id = ANY ($3::integer[]))
), owed AS (
  SELECT s.*, all_ticks.n - pending.n AS expected, pending.n AS pending
  FROM schedule AS s
  CROSS JOIN LATERAL (
    SELECT ticks_until(s.target_id, s.interval_s, s.first_tick, s.last_moment)
         - ticks_until(s.target_id, s.interval_s, s.first_tick, s.moment_before) AS n
  ) AS all_ticks
  CROSS JOIN LATERAL (
    SELECT CASE WHEN s.due <= s.last_moment
                THEN ticks_until(s.target_id, s.interval_s, s.first_tick, s.last_moment)
                   - ticks_until(s.target_id, s.interval_s, s.first_tick,
                                 greatest(s.moment_before, s.due - interval '1 microsecond'))
                ELSE 0 END
         + CASE WHEN s.open_tick > s.moment_before AND s.open_tick <= s.last_moment
                     AND (s.due IS NULL OR s.open_tick < s.due) THEN 1 ELSE 0 END AS n
  ) AS pending
), kept AS (
  SELECT r.target_id, r.location_id, s.schedule_from, r.outcome,
         sum(CASE WHEN r.ticks = 1 THEN 1 ELSE within.ticks END) AS ticks,
         count(*) FILTER (WHERE NOT coalesce(
           (r.scheduled_at = s.first_tick
             OR r.scheduled_at >= s.second_tick AND date_bin(s.step, r.scheduled_at, s.origin) = r.scheduled_at)
           AND (s.due IS NULL OR run.last_tick < s.due)
           AND (r.ticks = 1 OR r.outcome IN ('missed', 'skipped') AND run.last_tick <= s.until
                AND run.last_tick < r.scheduled_at + interval '1 hour')
           AND (s.open_tick IS NULL OR s.open_tick < r.scheduled_at OR s.open_tick > run.last_tick), false)
         ) AS unscheduled,
         count(*) FILTER (WHERE r.ticks > 1) AS runs
  FROM check_results AS r
  LEFT JOIN schedule AS s
    ON s.target_id = r.target_id AND s.location_id = r.location_id
   AND r.scheduled_at > s.schedule_from AND r.scheduled_at <= s.until
  CROSS JOIN LATERAL (
    SELECT CASE WHEN r.ticks = 1 OR s.step IS NULL THEN r.scheduled_at
                ELSE date_bin(s.step, r.scheduled_at + s.step / 2, s.origin) + (r.ticks - 1) * s.step END AS last_tick
  ) AS run
  CROSS JOIN LATERAL (
    SELECT CASE WHEN r.ticks = 1 OR s.step IS NULL THEN r.ticks
                ELSE 1 + ticks_following(r.target_id, s.interval_s, r.scheduled_at,
                                         least(run.last_tick, s.last_moment))
                   - CASE WHEN r.scheduled_at > s.moment_before THEN 0
                          ELSE 1 + ticks_following(r.target_id, s.interval_s, r.scheduled_at, s.moment_before) END
           END AS ticks
  ) AS within
  WHERE r.scheduled_at >= $1::timestamptz - interval '1 hour'
    AND r.scheduled_at < $2
    AND (r.scheduled_at >= $1 OR r.ticks > 1 AND run.last_tick >= $1)
    AND ($3::integer[] IS NULL OR r.target_id = ANY ($3::integer[]))
  GROUP BY r.target_id, r.location_id, s.schedule_from, r.outcome
), books AS (
  SELECT target_id, location_id, coalesce(o.expected, 0) AS expected, coalesce(o.pending, 0) AS pending,
         o.expected IS DISTINCT FROM coalesce(k.ticks, 0) OR k.unscheduled > 0 AS suspicious,
         k.runs
  FROM owed AS o
  FULL JOIN (
    SELECT target_id, location_id, schedule_from, sum(ticks) AS ticks, sum(unscheduled) AS unscheduled,
           sum(runs) AS runs
    FROM kept
    GROUP BY target_id, location_id, schedule_from
  ) AS k USING (target_id, location_id, schedule_from)
)
SELECT DISTINCT target_id, location_id, NULL::float8 AS expected, NULL::float8 AS pending, NULL::jsonb AS recorded,
       NULL::float8 AS runs
FROM books
WHERE suspicious
UNION ALL
SELECT NULL, NULL, coalesce(sum(expected), 0)::float8, coalesce(sum(pending), 0)::float8,
       (SELECT coalesce(jsonb_object_agg(outcome, ticks), '{}') FROM (
          SELECT outcome, sum(ticks) AS ticks FROM kept GROUP BY outcome) AS by_outcome),
       coalesce(sum(runs), 0)::float8
FROM books
