-- Asks for a check from a location. No row comes back where there is no such location.
--
--   $1 location   $2 {url, timeout_ms, match_pattern, options}   $3 for how long it may be begun, ms
INSERT INTO check_requests (location_id, target, begin_before)
SELECT l.id, $2::jsonb, clock_timestamp() + $3::integer * interval '1 millisecond'
FROM locations AS l
WHERE l.name = $1
RETURNING id, location_id
