-- Targets and locations of which a row of the ledger lies within the run of another.
--
--   $1 from (inclusive)   $2 to (exclusive)   $3 target ids, or NULL for all
--
-- Plan: a sequential scan for the runs, and one look into the ledger's key for each.
SELECT DISTINCT r.target_id, r.location_id
FROM check_results AS r
CROSS JOIN LATERAL (
  SELECT s.interval_s
  FROM schedules AS s
  WHERE s.target_id = r.target_id AND s.location_id = r.location_id AND s.schedule_from < r.scheduled_at
  ORDER BY s.schedule_from DESC
  LIMIT 1
) AS schedule
CROSS JOIN LATERAL (
  SELECT tick_at_or_before(r.target_id, schedule.interval_s,
                           r.scheduled_at + schedule.interval_s * interval '0.5 seconds')
         + (r.ticks - 1)::float8 * schedule.interval_s * interval '1 second' AS last_tick
) AS run
WHERE r.ticks > 1
  AND r.scheduled_at >= $1::timestamptz - interval '1 hour' AND r.scheduled_at < $2
  AND ($3::integer[] IS NULL OR r.target_id = ANY ($3::integer[]))
  AND EXISTS (
    SELECT FROM check_results AS other
    WHERE other.target_id = r.target_id AND other.location_id = r.location_id
      AND other.scheduled_at > r.scheduled_at AND other.scheduled_at <= run.last_tick
  )
