-- The newest rows of the ledger in a period, of some targets, removed ones among them.
--
--   $1 from (inclusive)   $2 to (exclusive)   $3 outcomes, or NULL for all   $4 names of locations, or NULL for all
--   $5 $6 $7 key of the row before the page (scheduled_at in us since 1970, target, location), or NULL   $8 how many
--   $9 target ids
--
-- Relies on: the key of the ledger, which has the outcome too: for each target and location one descending range of it that stops
-- after $8 that fit. Rare outcomes are looked for to the beginning of the period, which the caller bounds. Only then are the
-- rows fetched, those that are shown.
--
-- Plan: nested loops over the key alone, newest partition first; top-N sort; the key again, one partition for each row. A page
-- of 100 of one target takes 10 ms, rows from disk included. Fetching rows before it is known which are shown took 500 ms where
-- the 100 newest failures of a target were asked for.
SELECT
  t.id AS target_id, t.name AS target, l.name AS location, r.location_id, r.scheduled_at, r.started_at, r.outcome, r.http_status,
  r.response_time_us, r.dns_wait_us, r.dns_us, r.connect_us, r.tls_us, r.request_us, r.first_byte_us, r.download_us,
  r.body_bytes, r.matched, r.error_code, r.error_detail, r.ticks, r.protocol, r.remote_address, r.redirects,
  r.certificate_expires_at, r.loop_delay_us, r.suspect, r.failed_assertions,
  (SELECT w.name FROM workers w WHERE w.id = r.worker_id) AS worker,
  (extract(epoch FROM r.started_at - r.scheduled_at) * 1000)::float8 AS lateness_ms,
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
ORDER BY r.scheduled_at DESC, r.target_id DESC, r.location_id DESC
