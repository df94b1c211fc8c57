-- The rows of the ledger from one moment on, which each target has for itself: what a reader that keeps up asks for.
-- Relies on: the ledger's key: one short index range for each target and location, in the newest partitions only.
-- $1 target ids, $2 from which scheduled_at on, one for each
SELECT
  r.target_id, r.location_id, r.scheduled_at, m.started_at, r.outcome, m.http_status, r.response_time_us,
  r.error_code, m.error_detail, r.ticks,
  (extract(epoch FROM m.started_at - r.scheduled_at) * 1000)::float8 AS lateness_ms
FROM unnest($1::integer[], $2::timestamptz[]) AS f (target_id, after)
CROSS JOIN locations l
CROSS JOIN LATERAL (
  SELECT c.* FROM check_results c
  WHERE c.target_id = f.target_id AND c.location_id = l.id AND c.scheduled_at >= f.after
  ORDER BY c.scheduled_at
  LIMIT 1000
) AS r
LEFT JOIN LATERAL measurements_of(r.measured, r.scheduled_at, r.response_time_us) AS m ON true
ORDER BY r.scheduled_at
