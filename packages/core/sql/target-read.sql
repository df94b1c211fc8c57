-- What a present target is to be checked for and how, found by name or id; a name goes before an id.
-- Relies on: ids being written without leading zeros or signs.
-- $1 name or id
SELECT t.id, t.name, t.url, t.interval_s, t.timeout_ms, t.match_pattern,
       ARRAY (SELECT l.name FROM locations l WHERE l.id = ANY (t.location_ids) ORDER BY l.id) AS locations
FROM monitored_targets t
WHERE t.deleted_at IS NULL AND (t.name = $1::text OR t.id::text = $1::text)
ORDER BY t.name = $1::text DESC
LIMIT 1
