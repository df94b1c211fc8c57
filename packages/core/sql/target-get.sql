-- A target, present or removed, with the result that decides its state, and the version of its row.
-- Relies on: every change of a row giving it another xmin (PostgreSQL, 5.6, system columns); for the
-- result, see targets-page.sql.
-- $1 id
SELECT
  t.id, t.name, t.url, t.interval_s, t.timeout_ms, t.match_pattern, t.group_name, t.labels, t.source, t.options, t.paused,
  t.created_at, t.updated_at, t.deleted_at, t.xmin::text AS version,
  ARRAY (SELECT l.name FROM locations l WHERE l.id = ANY (t.location_ids) ORDER BY l.id) AS locations,
  EXISTS (
    SELECT FROM maintenance_windows w
    WHERE w.starts_at <= now() AND w.ends_at > now() AND (w.target_ids IS NULL OR t.id = ANY (w.target_ids))
  ) AS in_maintenance,
  (SELECT l.name FROM locations l WHERE l.id = r.location_id) AS result_location,
  r.scheduled_at, m.started_at, r.outcome, m.http_status, r.response_time_us, r.error_code, m.error_detail, r.ticks
FROM monitored_targets t
LEFT JOIN LATERAL (
  SELECT newest.*
  FROM unnest(t.location_ids) AS l (id)
  CROSS JOIN LATERAL (
    SELECT c.* FROM check_results c
    WHERE c.target_id = t.id AND c.location_id = l.id
      AND c.scheduled_at < now() + interval '1 minute'
    ORDER BY c.scheduled_at DESC
    LIMIT 1
  ) AS newest
  ORDER BY array_position('{down,degraded,missed,up,skipped}'::check_outcome[], newest.outcome), newest.scheduled_at DESC,
           newest.location_id
  LIMIT 1
) AS r ON true
LEFT JOIN LATERAL measurements_of(r.measured, r.scheduled_at, r.response_time_us) AS m ON true
WHERE t.id = $1::integer
