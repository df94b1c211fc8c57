-- Writes ticks as missed that nobody is there for: of leases whose location has no worker, all that are due but the newest
-- one, which a worker still runs if one comes along before the next. Returns how many leases and ticks that were, and of
-- which locations; $1 leases of a location at a time, and a day of each, so that what has piled up without a coordinator is written in pieces.
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
           ticks_following(l.target_id, l.interval_s, l.next_fire_at, until.moment) AS ticks, until.moment
    FROM leases AS l
    CROSS JOIN LATERAL (
      SELECT least(now(), l.next_fire_at + greatest(interval '1 day', l.interval_s * interval '2 seconds')) AS moment
    ) AS until
    WHERE l.location_id = deserted.id
      AND l.next_fire_at < now() - interval '1 minute'
      AND l.open_tick IS NULL
      AND ticks_following(l.target_id, l.interval_s, l.next_fire_at, until.moment) > 0
    ORDER BY l.next_fire_at
    LIMIT $1::integer
    FOR NO KEY UPDATE OF l SKIP LOCKED
  ) AS lease
), moved AS (
  UPDATE leases AS l
  SET next_fire_at = tick_at_or_before(l.target_id, l.interval_s, o.moment)
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
SELECT count(*)::integer, coalesce(sum(ticks), 0)::integer,
       (SELECT string_agg(name, ', ' ORDER BY name) FROM locations WHERE id IN (SELECT location_id FROM overdue))
FROM overdue
