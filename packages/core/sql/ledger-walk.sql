-- The proof, second half: goes through the rows of some targets tick by tick, and names what is wrong with them.
--
--   $1 from (inclusive)   $2 to (exclusive)   $3 target ids, $4 location ids: one pair for each   $5 how many findings at most
--
-- Returns for each finding: what (absent: owed and not there; twice: in more than one row; unscheduled: a row that no
-- schedule owes, or whose tick the lease still holds), target, location, first and last tick, how many ticks, and the tick
-- that follows the last; and in every row the ticks absent, twice and unscheduled in all, beyond the limit too.
--
-- Relies on: the ticks of a schedule having numbers, 0 for its first and so on, so that rows are intervals of whole
-- numbers. In their order, each has to begin where the ones before it end.
WITH history AS (
  SELECT s.target_id, s.location_id, s.interval_s, s.first_tick, s.schedule_from,
         lead(s.schedule_from, 1, 'infinity') OVER (PARTITION BY s.target_id, s.location_id ORDER BY s.schedule_from)
           AS until
  FROM schedules AS s
  JOIN unnest($3::integer[], $4::smallint[]) AS asked (target_id, location_id) USING (target_id, location_id)
), schedule AS MATERIALIZED (
  SELECT h.*, l.open_tick, coalesce(l.next_fire_at, l.skip_from) AS due,
         -- Numbers of the first and of the last tick that the ledger owes in the period.
         ticks_until(h.target_id, h.interval_s, h.first_tick,
                     greatest(h.schedule_from, $1::timestamptz - interval '1 microsecond')) AS k_from,
         ticks_until(h.target_id, h.interval_s, h.first_tick,
                     least(h.until, $2::timestamptz - interval '1 microsecond',
                           coalesce(l.next_fire_at, l.skip_from) - interval '1 microsecond')) - 1 AS k_last
  FROM history AS h
  LEFT JOIN leases AS l USING (target_id, location_id)
  WHERE h.interval_s IS NOT NULL AND h.first_tick < $2 AND h.until >= $1
), seen AS MATERIALIZED (
  SELECT r.target_id, r.location_id, r.scheduled_at, r.ticks, s.schedule_from, s.interval_s,
         run.k, run.k + r.ticks::bigint - 1 AS k_end, run.last_tick,
         coalesce(
           (r.scheduled_at = s.first_tick
             OR r.scheduled_at > s.first_tick
                AND tick_at_or_before(s.target_id, s.interval_s, r.scheduled_at) = r.scheduled_at
                AND run.k > 0)
           AND run.last_tick <= s.until
           AND (r.ticks = 1 OR r.outcome IN ('missed', 'skipped') AND run.last_tick < r.scheduled_at + interval '1 hour')
           AND (s.due IS NULL OR run.last_tick < s.due)
           AND (s.open_tick IS NULL OR s.open_tick < r.scheduled_at OR s.open_tick > run.last_tick), false) AS scheduled
  FROM check_results AS r
  JOIN unnest($3::integer[], $4::smallint[]) AS asked (target_id, location_id) USING (target_id, location_id)
  LEFT JOIN schedule AS s
    ON s.target_id = r.target_id AND s.location_id = r.location_id
   AND r.scheduled_at > s.schedule_from AND r.scheduled_at <= s.until
  CROSS JOIN LATERAL (
    SELECT ticks_until(s.target_id, s.interval_s, s.first_tick, r.scheduled_at) - 1 AS k,
           CASE WHEN r.ticks = 1 OR s.interval_s IS NULL THEN r.scheduled_at
                ELSE tick_at_or_before(s.target_id, s.interval_s, r.scheduled_at + s.interval_s * interval '0.5 seconds')
                     + (r.ticks - 1)::float8 * s.interval_s * interval '1 second' END AS last_tick
  ) AS run
  WHERE r.scheduled_at >= $1::timestamptz - interval '1 hour' AND r.scheduled_at < $2
    AND (r.scheduled_at >= $1 OR run.last_tick >= $1)
), covered AS (
  SELECT target_id, location_id, schedule_from, k, k_end FROM seen WHERE scheduled
  UNION ALL
  SELECT s.target_id, s.location_id, s.schedule_from, open.k, open.k
  FROM schedule AS s
  CROSS JOIN LATERAL (SELECT ticks_until(s.target_id, s.interval_s, s.first_tick, s.open_tick) - 1 AS k) AS open
  WHERE s.open_tick > s.schedule_from AND s.open_tick <= s.until
  -- A last piece behind the last tick owed, so that what is absent at the end has something to end at.
  UNION ALL
  SELECT target_id, location_id, schedule_from, k_last + 1, k_last + 1 FROM schedule WHERE k_last >= k_from
), ordered AS (
  SELECT c.*, s.k_from, s.k_last,
         greatest(s.k_from - 1, max(c.k_end) OVER (
           PARTITION BY c.target_id, c.location_id, c.schedule_from ORDER BY c.k, c.k_end
           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS end_before
  FROM covered AS c
  JOIN schedule AS s USING (target_id, location_id, schedule_from)
), numbered AS (
  SELECT 'absent' AS what, target_id, location_id, schedule_from, end_before + 1 AS k, least(k - 1, k_last) AS k_end
  FROM ordered
  WHERE least(k - 1, k_last) > end_before
  UNION ALL
  SELECT 'twice', target_id, location_id, schedule_from, greatest(k, k_from), least(k_end, end_before, k_last)
  FROM ordered
  WHERE least(k_end, end_before, k_last) >= greatest(k, k_from)
), finding AS (
  SELECT n.what, n.target_id, n.location_id, first.tick AS first_tick, last.tick AS last_tick, n.k_end - n.k + 1 AS ticks,
         last.tick_after
  FROM numbered AS n
  JOIN schedule AS s USING (target_id, location_id, schedule_from)
  CROSS JOIN LATERAL (
    SELECT tick_at_or_before(s.target_id, s.interval_s, s.first_tick + s.interval_s * interval '0.5 seconds') AS tick,
           s.interval_s * interval '1 second' AS step
  ) AS base
  CROSS JOIN LATERAL (SELECT CASE WHEN n.k = 0 THEN s.first_tick ELSE base.tick + n.k * base.step END AS tick) AS first
  CROSS JOIN LATERAL (
    SELECT CASE WHEN n.k_end = 0 THEN s.first_tick ELSE base.tick + n.k_end * base.step END AS tick,
           base.tick + (n.k_end + 1) * base.step AS tick_after
  ) AS last
  UNION ALL
  SELECT 'unscheduled', target_id, location_id, scheduled_at, last_tick, ticks, NULL
  FROM seen
  WHERE NOT scheduled
)
SELECT what, target_id, location_id, first_tick, last_tick, ticks::float8, tick_after,
       (sum(ticks) FILTER (WHERE what = 'absent') OVER ())::float8 AS absent,
       (sum(ticks) FILTER (WHERE what = 'twice') OVER ())::float8 AS twice,
       (sum(ticks) FILTER (WHERE what = 'unscheduled') OVER ())::float8 AS unscheduled,
       (count(*) OVER ())::float8 AS findings
FROM finding
ORDER BY target_id, location_id, first_tick
LIMIT $5::integer
