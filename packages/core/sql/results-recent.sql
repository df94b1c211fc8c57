-- The newest rows of the ledger, of some targets or of all present ones.
-- Relies on: the ledger's key: for each target and location one descending index scan of at most $3 rows that fit. A plain
-- ORDER BY scheduled_at over the ledger has no index to follow and would sort whole days. No index knows outcomes: for rare
-- ones the scan goes on to $2.
-- $1 target ids, or NULL for all; $2 since, or NULL; $3 limit; $4 up to but not including, or NULL; $5 outcomes, or NULL for
-- all; $6 names of locations, or NULL for all
SELECT
  t.id AS target_id, t.name AS target, l.name AS location, r.scheduled_at, r.started_at, r.outcome, r.http_status,
  r.response_time_us, r.dns_wait_us, r.dns_us, r.connect_us, r.tls_us, r.request_us, r.first_byte_us, r.download_us,
  r.body_bytes, r.matched, r.error_code, r.error_detail, r.ticks, r.protocol, r.remote_address, r.redirects,
  r.certificate_expires_at, r.loop_delay_us, r.suspect, r.failed_assertions,
  (SELECT w.name FROM workers w WHERE w.id = r.worker_id) AS worker,
  (extract(epoch FROM r.started_at - r.scheduled_at) * 1000)::float8 AS lateness_ms
FROM monitored_targets t
CROSS JOIN locations l
CROSS JOIN LATERAL (
  SELECT c.* FROM check_results c
  WHERE c.target_id = t.id AND c.location_id = l.id
    AND c.scheduled_at >= coalesce($2::timestamptz, '-infinity')
    AND c.scheduled_at < coalesce($4::timestamptz, 'infinity')
    AND ($5::check_outcome[] IS NULL OR c.outcome = ANY ($5::check_outcome[]))
  ORDER BY c.scheduled_at DESC
  LIMIT $3
) AS r
WHERE CASE WHEN $1::integer[] IS NULL THEN t.deleted_at IS NULL ELSE t.id = ANY ($1::integer[]) END
  AND ($6::text[] IS NULL OR l.name = ANY ($6::text[]))
ORDER BY r.scheduled_at DESC, t.name, l.name
LIMIT $3
