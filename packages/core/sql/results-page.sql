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
  t.id AS target_id, t.name AS target, l.name AS location, r.location_id, r.scheduled_at, r.started_at, r.outcome, r.http_status,
  r.response_time_us, r.dns_wait_us, r.dns_us, r.connect_us, r.tls_us, r.request_us, r.first_byte_us, r.download_us,
  r.body_bytes, r.matched, r.error_code, r.error_detail, r.ticks, r.protocol, r.remote_address, r.redirects,
  r.certificate_expires_at, r.loop_delay_us, r.suspect, r.failed_assertions,
  (SELECT w.name FROM workers w WHERE w.id = r.worker_id) AS worker,
  (extract(epoch FROM r.started_at - r.scheduled_at) * 1000)::float8 AS lateness_ms,
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
ORDER BY r.scheduled_at DESC, r.target_id DESC, r.location_id DESC
