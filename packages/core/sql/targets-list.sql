-- Every target, or every deleted one, with the result that decides its state (targets-page.sql), if it has one.
-- Relies on: the ledger's key (target_id, location_id, scheduled_at): for each target and location one descending index
-- probe, newest partition first, that stops at the first row. The cost follows the targets, not the ledger.
-- $1 true for deleted ones
SELECT
  t.id, t.name, t.url, t.interval_s, t.timeout_ms, t.match_pattern, t.group_name, t.labels, t.source, t.options, t.paused, t.created_at, t.updated_at, t.deleted_at,
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
WHERE (t.deleted_at IS NOT NULL) = $1::boolean
ORDER BY t.name, t.deleted_at DESC
