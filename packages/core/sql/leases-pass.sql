-- Writes ticks as missed that nobody is there for: of leases whose location has no worker, all that are due but the newest
-- one, which a worker still runs if one comes along before the next. Returns how many leases and ticks that were; $1 leases
-- of a location at a time.
--
-- Relies on: workers do this themselves when they claim. Where there are workers it is left to them: moving a lease on
-- would take away its place in the queue, and under overload a target could starve. A minute is waited for, so that a row
-- covers a run and not a tick of a short interval.
--
-- Plan: leases_next_fire_at, for each location without a worker.
WITH deserted AS (
  SELECT id FROM locations WHERE NOT has_worker(id, NULL)
), overdue AS MATERIALIZED (
  SELECT lease.*
  FROM deserted
  CROSS JOIN LATERAL (
    SELECT l.target_id, l.location_id, l.interval_s, l.next_fire_at,
           ticks_following(l.target_id, l.interval_s, l.next_fire_at, now()) AS ticks
    FROM leases AS l
    WHERE l.location_id = deserted.id
      AND l.next_fire_at < now() - interval '1 minute'
      AND l.open_tick IS NULL
      AND ticks_following(l.target_id, l.interval_s, l.next_fire_at, now()) > 0
    ORDER BY l.next_fire_at
    LIMIT $1::integer
    FOR NO KEY UPDATE SKIP LOCKED
  ) AS lease
), moved AS (
  UPDATE leases AS l
  SET next_fire_at = tick_at_or_before(l.target_id, l.interval_s, now())
  FROM overdue AS o
  WHERE l.target_id = o.target_id AND l.location_id = o.location_id
), missed AS (
  INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, ticks, error_code)
  SELECT run.scheduled_at, o.target_id, o.location_id, 'missed', run.ticks,
         unclaimed_reason(o.location_id, NULL, o.next_fire_at)
  FROM overdue AS o
  CROSS JOIN LATERAL tick_runs(o.target_id, o.interval_s, o.next_fire_at, o.ticks) AS run
  ON CONFLICT DO NOTHING
)
SELECT count(*)::integer, coalesce(sum(ticks), 0)::integer FROM overdue
