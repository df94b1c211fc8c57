-- The newest rows of the ledger in a period, of some targets, removed ones among them.
--
--   $1 from (inclusive)   $2 to (exclusive)   $3 outcomes, or NULL for all   $4 names of locations, or NULL for all
--   $5 $6 $7 key of the row before the page (scheduled_at in us since 1970, target, location), or NULL   $8 how many
--   $9 target ids
--
-- Relies on: the key of the ledger: for each target and location one descending range of it that stops after $8 that fit. Rare
-- outcomes are looked for to the beginning of the period, which the caller bounds.
--
-- Plan: nested loops over the key, newest partition first; top-N sort; the key again, one partition for each row that is shown.
SELECT
  t.id AS target_id, t.name AS target, l.name AS location, r.location_id, r.scheduled_at, m.started_at, r.outcome, m.http_status,
  r.response_time_us, m.dns_wait_us, m.dns_us, m.connect_us, m.tls_us, m.request_us, m.first_byte_us, m.download_us,
  m.body_bytes, m.matched, r.error_code, m.error_detail, r.ticks, m.protocol, m.remote_address, m.redirects,
  m.certificate_expires_at, m.loop_delay_us, m.suspect, m.failed_assertions,
  (SELECT w.name FROM workers w WHERE w.id = m.worker_id) AS worker,
  (extract(epoch FROM m.started_at - r.scheduled_at) * 1000)::float8 AS lateness_ms,
  (extract(epoch FROM r.scheduled_at) * 1000000)::bigint::text AS scheduled_at_us
FROM (
  SELECT newest.*
  FROM unnest($9::integer[]) AS asked (id)
  CROSS JOIN locations AS place
  CROSS JOIN LATERAL (
    SELECT c.target_id, c.location_id, c.scheduled_at
    FROM check_results c
    WHERE c.target_id = asked.id AND c.location_id = place.id
      AND c.scheduled_at >= $1::timestamptz AND c.scheduled_at < $2::timestamptz
      AND ($3::check_outcome[] IS NULL OR c.outcome = ANY ($3))
      AND ($5::bigint IS NULL OR (c.scheduled_at, c.target_id, c.location_id)
           < (timestamptz 'epoch' + $5 * interval '1 microsecond', $6::integer, $7::smallint))
    ORDER BY c.scheduled_at DESC
    LIMIT $8
  ) AS newest
  WHERE $4::text[] IS NULL OR place.name = ANY ($4)
  ORDER BY newest.scheduled_at DESC, newest.target_id DESC, newest.location_id DESC
  LIMIT $8
) AS found
JOIN LATERAL (
  SELECT c.*
  FROM check_results c
  WHERE c.target_id = found.target_id AND c.location_id = found.location_id AND c.scheduled_at = found.scheduled_at
  OFFSET 0
) AS r ON true
JOIN monitored_targets t ON t.id = r.target_id
JOIN locations l ON l.id = r.location_id
LEFT JOIN LATERAL measurements_of(r.measured, r.scheduled_at, r.response_time_us) AS m ON true
ORDER BY r.scheduled_at DESC, r.target_id DESC, r.location_id DESC
