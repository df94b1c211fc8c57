-- The newest rows of the ledger in a short period, of all present targets.
--
--   $1 from (inclusive)   $2 to (exclusive)   $3 outcomes, or NULL for all   $4 names of locations, or NULL for all
--   $5 $6 $7 key of the row before the page (scheduled_at in us since 1970, target, location), or NULL   $8 how many
--
-- Relies on: the block range index, as rows are written in the order of time; the caller asking for one short period after the
-- other, backwards (result-pages.ts). The key of the ledger, by target, is of no use here: by it, $8 rows are read
-- of each target, 10,000 times as much as is shown.
--
-- Plan: bitmap scan of the block range index, top-N sort, names for what is left. The newest 100 of 10,000 targets and a week of
-- results take 20 ms of the database's time; by the key 2.4 s.
SELECT
  t.id AS target_id, t.name AS target, l.name AS location, r.location_id, r.scheduled_at, m.started_at, r.outcome, m.http_status,
  r.response_time_us, m.dns_wait_us, m.dns_us, m.connect_us, m.tls_us, m.request_us, m.first_byte_us, m.download_us,
  m.body_bytes, m.matched, r.error_code, m.error_detail, r.ticks, m.protocol, m.remote_address, m.redirects,
  m.certificate_expires_at, m.loop_delay_us, m.suspect, m.failed_assertions,
  (SELECT w.name FROM workers w WHERE w.id = m.worker_id) AS worker,
  (extract(epoch FROM m.started_at - r.scheduled_at) * 1000)::float8 AS lateness_ms,
  (extract(epoch FROM r.scheduled_at) * 1000000)::bigint::text AS scheduled_at_us
FROM (
  SELECT c.*
  FROM check_results c
  WHERE c.scheduled_at >= $1::timestamptz AND c.scheduled_at < $2::timestamptz
    AND ($3::check_outcome[] IS NULL OR c.outcome = ANY ($3))
    AND ($4::text[] IS NULL OR c.location_id = ANY (ARRAY (SELECT id FROM locations WHERE name = ANY ($4))))
    AND ($5::bigint IS NULL OR (c.scheduled_at, c.target_id, c.location_id)
         < (timestamptz 'epoch' + $5 * interval '1 microsecond', $6::integer, $7::smallint))
    AND EXISTS (SELECT FROM monitored_targets t WHERE t.id = c.target_id AND t.deleted_at IS NULL)
  ORDER BY c.scheduled_at DESC, c.target_id DESC, c.location_id DESC
  LIMIT $8
) AS r
JOIN monitored_targets t ON t.id = r.target_id
JOIN locations l ON l.id = r.location_id
LEFT JOIN LATERAL measurements_of(r.measured, r.scheduled_at, r.response_time_us) AS m ON true
ORDER BY r.scheduled_at DESC, r.target_id DESC, r.location_id DESC
