-- Records a batch of results and closes their leases, in one statement. Returns the target ids of what was recorded.
--
--   $1 location id   $2 worker id   $3.. one array per column, sorted by target id (finish-columns.ts)
--
-- Relies on: a claim raises the epoch, so that a lease with the claimed epoch and the claimed tick is still ours (the
-- epoch alone may come again after a crash undid a claim). A result that lost its lease is left out of both, and its
-- caller counts it. Touches no indexed column of leases: the update stays heap-only. The conflict clause is a second
-- fence: the key of the ledger is the tick.
--
-- Plan: function scan on unnest, leases by key (session-settings-hot.sql sees to it). Leases are locked in the order of
-- the arrays, which is that of the key, as in every other statement.
WITH reported AS (
  SELECT *
  FROM unnest(
    $3::integer[], $4::integer[], $5::float8[], $6::float8[], $7::check_outcome[], $8::smallint[], $9::boolean[],
    $10::integer[], $11::integer[], $12::integer[], $13::integer[], $14::integer[], $15::integer[], $16::integer[],
    $17::text[], $18::text[], $19::integer[], $20::integer[], $21::integer[], $22::http_protocol[], $23::smallint[],
    $24::boolean[], $25::inet[], $26::float8[], $27::jsonb[]
  ) AS r (
    target_id, epoch, scheduled_at_ms, started_at_ms, outcome, http_status, matched,
    response_time_us, dns_us, connect_us, tls_us, first_byte_us, download_us, body_bytes,
    error_code, error_detail, dns_wait_us, request_us, loop_delay_us, protocol, redirects,
    suspect, remote_address, certificate_expires_at_ms, failed_assertions
  )
), closed AS (
  UPDATE leases AS l
  SET open_tick = NULL, leased_until = NULL, claimed_by = NULL
  FROM reported AS r
  WHERE l.target_id = r.target_id
    AND l.location_id = $1
    AND l.epoch = r.epoch
    AND l.open_tick = to_timestamp(r.scheduled_at_ms / 1000)
  RETURNING r.*
)
INSERT INTO check_results (
  scheduled_at, started_at, target_id, location_id, worker_id, outcome, http_status, matched,
  response_time_us, dns_us, connect_us, tls_us, first_byte_us, download_us, body_bytes, error_code, error_detail,
  dns_wait_us, request_us, loop_delay_us, protocol, redirects, suspect, remote_address, certificate_expires_at,
  failed_assertions
)
SELECT to_timestamp(scheduled_at_ms / 1000), to_timestamp(started_at_ms / 1000), target_id, $1, $2, outcome, http_status,
       matched, response_time_us, dns_us, connect_us, tls_us, first_byte_us, download_us, body_bytes, error_code,
       error_detail, dns_wait_us, request_us, loop_delay_us, protocol, redirects, suspect, remote_address,
       to_timestamp(certificate_expires_at_ms / 1000), failed_assertions
FROM closed
ON CONFLICT DO NOTHING
RETURNING target_id
