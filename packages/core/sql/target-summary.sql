-- How a target did in a period: ticks that its schedules owed, and since when, ticks in the ledger by outcome, and response times.
--
--   $1 target id   $2 from, or NULL for 24 hours before $3   $3 to (exclusive), or NULL for now   $4 location, or NULL for all
--
-- What is owed comes from the history of the schedules and not from the ledger, so that a time in which nobody wrote anything
-- shows as such. Not owed yet is a tick that may still be under way: claimed, and within its lease, or due for less than
-- its timeout and not claimed. Ticks that are to be skipped and have not been written yet (that is done by the hour) count as
-- skipped. A run of ticks counts with those within the period; none is as long as an hour, so rows of one hour before the
-- period are looked at, and a run that begins an hour before its end or earlier is within it as a whole.
--
-- Relies on: the ledger's key, one range of it for each location. As ledger-balance.sql: ticks of a schedule being those after
-- schedule_from and up to the next one's; every row lying on a tick.
--
-- Plan: index scans of the period's partitions, a page of the table for each tick, where those of a target lie scattered. So it is for
-- days, and rollups are for weeks: 10,080 ticks of a week among 100,800,000 took 70 ms from memory and 900 from disk. 90 days
-- of a target that is paused and due each second, 2,160 runs: 20 ms; when each run was taken apart into its ticks, 4.3 s.
-- Lost: outcomes and response times in the key (15 ms for that week), for 15 to 38 bytes more for each row of the ledger.
WITH period AS MATERIALIZED (
  SELECT coalesce($2::timestamptz, coalesce($3::timestamptz, now()) - interval '24 hours') AS since,
         coalesce($3::timestamptz, now()) AS until
), schedule AS (
  SELECT h.target_id, h.interval_s, h.schedule_from, following.until, h.first_tick,
         h.interval_s * interval '1 second' AS step, l.open_tick, l.leased_until, l.next_fire_at, l.skip_from, h.location_id,
         t.timeout_ms * interval '1 millisecond' AS timeout,
         to_timestamp(0) + tick_phase(h.target_id, h.interval_s) AS origin,
         -- The last tick that can be owed, and the last before the period.
         least(following.until, p.until - interval '1 microsecond', now()) AS last_moment,
         greatest(h.schedule_from, p.since - interval '1 microsecond') AS moment_before
  FROM period AS p
  CROSS JOIN schedules AS h
  JOIN monitored_targets AS t ON t.id = h.target_id
  CROSS JOIN LATERAL (
    SELECT coalesce(min(later.schedule_from), 'infinity') AS until
    FROM schedules AS later
    WHERE later.target_id = h.target_id AND later.location_id = h.location_id AND later.schedule_from > h.schedule_from
  ) AS following
  LEFT JOIN leases AS l ON l.target_id = h.target_id AND l.location_id = h.location_id
  WHERE h.target_id = $1::integer AND h.interval_s IS NOT NULL
    AND ($4::text IS NULL OR h.location_id = (SELECT id FROM locations WHERE name = $4))
    AND h.first_tick < p.until AND following.until >= p.since - interval '1 hour'
), owed AS (
  SELECT coalesce(sum(all_ticks.n - open.n), 0)::integer AS expected, coalesce(sum(unwritten.n), 0)::integer AS unwritten,
         min(s.schedule_from) FILTER (WHERE all_ticks.n > 0) AS since
  FROM schedule AS s
  CROSS JOIN LATERAL (
    SELECT ticks_until(s.target_id, s.interval_s, s.first_tick, s.last_moment) AS last,
           ticks_until(s.target_id, s.interval_s, s.first_tick, s.moment_before) AS before
  ) AS ends
  CROSS JOIN LATERAL (SELECT greatest(0, ends.last - ends.before) AS n) AS all_ticks
  CROSS JOIN LATERAL (
    SELECT CASE WHEN s.next_fire_at <= s.last_moment
                THEN greatest(0, ends.last - ticks_until(s.target_id, s.interval_s, s.first_tick, greatest(
                       s.moment_before, s.next_fire_at - interval '1 microsecond', now() - s.timeout)))
                ELSE 0 END
         + CASE WHEN s.open_tick > s.moment_before AND s.open_tick <= s.last_moment AND s.leased_until > now()
                     AND (s.next_fire_at IS NULL OR s.open_tick < s.next_fire_at) THEN 1 ELSE 0 END AS n
  ) AS open
  CROSS JOIN LATERAL (
    SELECT CASE WHEN s.skip_from <= s.last_moment
                THEN greatest(0, ends.last - ticks_until(s.target_id, s.interval_s, s.first_tick, greatest(
                       s.moment_before, s.skip_from - interval '1 microsecond')))
                ELSE 0 END AS n
  ) AS unwritten
), kept AS (
  SELECT r.outcome, r.response_time_us, CASE WHEN r.ticks = 1 THEN 1
    WHEN r.scheduled_at >= (SELECT since FROM period) AND r.scheduled_at <= (SELECT until FROM period) - interval '1 hour'
    THEN r.ticks ELSE (
    -- It may cross an end of the period.
    -- Tick k of a run: the first itself for k = 0, and after that k steps after the tick of the grid that is nearest to it.
    SELECT count(*) FILTER (WHERE tick >= p.since AND tick < p.until)
    FROM schedule AS s
    CROSS JOIN period AS p
    CROSS JOIN LATERAL generate_series(0, r.ticks - 1) AS k
    CROSS JOIN LATERAL (
      SELECT CASE WHEN k = 0 THEN r.scheduled_at
                  ELSE date_bin(s.step, r.scheduled_at + s.step / 2, s.origin) + k * s.step END AS tick
    ) AS moment
    WHERE s.location_id = r.location_id AND r.scheduled_at > s.schedule_from AND r.scheduled_at <= s.until
  ) END AS ticks
  FROM check_results AS r
  WHERE r.target_id = $1::integer
    AND r.location_id = ANY (ARRAY (SELECT id FROM locations WHERE $4::text IS NULL OR name = $4))
    AND r.scheduled_at
        >= coalesce($2::timestamptz, coalesce($3::timestamptz, now()) - interval '24 hours') - interval '1 hour'
    AND r.scheduled_at < coalesce($3::timestamptz, now())
    AND (r.ticks > 1
         OR r.scheduled_at >= coalesce($2::timestamptz, coalesce($3::timestamptz, now()) - interval '24 hours'))
)
SELECT t.name AS target, p.since, p.until, books.since AS owed_since, books.expected, seen.up, seen.degraded, seen.down, seen.missed,
       seen.skipped + books.unwritten AS skipped, seen.response_time_ms
FROM monitored_targets AS t
CROSS JOIN period AS p
CROSS JOIN owed AS books
CROSS JOIN (
  SELECT coalesce(sum(ticks) FILTER (WHERE outcome = 'up'), 0)::integer AS up,
         coalesce(sum(ticks) FILTER (WHERE outcome = 'degraded'), 0)::integer AS degraded,
         coalesce(sum(ticks) FILTER (WHERE outcome = 'down'), 0)::integer AS down,
         coalesce(sum(ticks) FILTER (WHERE outcome = 'missed'), 0)::integer AS missed,
         coalesce(sum(ticks) FILTER (WHERE outcome = 'skipped'), 0)::integer AS skipped,
         percentile_cont(ARRAY[0.5, 0.9, 0.95, 0.99, 1]) WITHIN GROUP (ORDER BY response_time_us / 1000.0::float8)
           FILTER (WHERE outcome IN ('up', 'degraded')) AS response_time_ms
  FROM kept
) AS seen
WHERE t.id = $1::integer
