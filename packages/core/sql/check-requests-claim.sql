-- Takes the oldest requests of a location that may still be begun.
--
--   $1 location id   $2 worker id   $3 how many at most   $4 their longest timeout, ms   $5 hosts of which none is wanted
--
-- Hosts are as a URL has them: in small letters, with the port unless it is that of the scheme. URLs are stored as the parser
-- writes them, so no more than the user name has to be cut off.
--
-- Relies on: SKIP LOCKED, so that two workers never take the same one and none waits for the other; ANY (ARRAY (...)), so that
-- the rows are chosen once (see leases-claim.sql).
--
-- Plan: check_requests_open, which holds only what nobody has taken yet. 0.1 ms where there is nothing.
UPDATE check_requests
SET claimed_by = $2
WHERE id = ANY (ARRAY (
  SELECT id
  FROM check_requests
  WHERE location_id = $1 AND claimed_by IS NULL AND begin_before > clock_timestamp()
    -- What is no number, or no URL, is taken as well: whoever takes it says what is wrong with it.
    AND NOT jsonb_path_exists(target, '$.timeout_ms ? (@ > $longest)', jsonb_build_object('longest', $4::integer))
    AND coalesce(substring(target->>'url' FROM '^https?://(?:[^/?#]*@)?([^/?#]*)'), '') <> ALL ($5::text[])
  ORDER BY requested_at
  LIMIT $3
  FOR NO KEY UPDATE SKIP LOCKED
))
RETURNING id, target, (extract(epoch FROM begin_before - clock_timestamp()) * 1000)::float8 AS begin_within_ms
