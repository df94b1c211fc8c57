-- Writes the ticks of leases that skip theirs (paused, maintenance), up to the last full hour. Returns how many leases
-- that were; $1 at a time, and a day of each, so that what has piled up without a coordinator is written in pieces. What is
-- left is written when the schedule changes: leases-sync.sql.
--
-- Relies on: the ticks of a schedule that skips are on the grid from the first one on. By the hour, because no row of the
-- ledger reaches beyond one.
--
-- Plan: a sequential scan, as for expired leases.
WITH due AS MATERIALIZED (
  SELECT l.target_id, l.location_id, l.interval_s, l.skip_from, l.skip_code, last.tick AS last_tick
  FROM leases AS l
  CROSS JOIN LATERAL (
    SELECT date_bin(interval '1 hour', least(now(), l.skip_from + interval '1 day'), to_timestamp(0)) AS moment
  ) AS hour
  CROSS JOIN LATERAL (
    SELECT tick_at_or_before(l.target_id, l.interval_s, hour.moment - interval '1 millisecond') AS tick
  ) AS last
  WHERE l.skip_from < hour.moment
  LIMIT $1::integer
  FOR NO KEY UPDATE OF l SKIP LOCKED
), moved AS (
  UPDATE leases AS l
  SET skip_from = due.last_tick + due.interval_s * interval '1 second'
  FROM due
  WHERE l.target_id = due.target_id AND l.location_id = due.location_id
), skipped AS (
  INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, ticks, error_code)
  SELECT run.scheduled_at, due.target_id, due.location_id, 'skipped', run.ticks, due.skip_code
  FROM due
  CROSS JOIN LATERAL tick_runs(due.target_id, due.interval_s, due.skip_from,
    1 + ticks_following(due.target_id, due.interval_s, due.skip_from, due.last_tick)) AS run
  ON CONFLICT DO NOTHING
)
SELECT count(*)::integer FROM due
