-- What a present target is to be checked for and how, found by name or id; a name goes before an id.
-- Relies on: every change of a row giving it another xmin (PostgreSQL, 5.6, system columns), which target-edit.sql asks
-- for again; ids being written without leading zeros or signs.
-- $1 name or id
SELECT t.id, t.name, t.url, t.interval_s, t.timeout_ms, t.match_pattern, t.group_name, t.labels, t.options, t.xmin::text AS version,
       ARRAY (SELECT l.name FROM locations l WHERE l.id = ANY (t.location_ids) ORDER BY l.id) AS locations
FROM monitored_targets t
WHERE t.deleted_at IS NULL AND (t.name = $1::text OR t.id::text = $1::text)
ORDER BY t.name = $1::text DESC
LIMIT 1
