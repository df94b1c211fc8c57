-- The present targets that a set has to be compared with: those of its names, and all of its source. By name.
-- Relies on: every change of a row giving it another xmin (PostgreSQL, 5.6, system columns), which targets-set-change.sql
-- and targets-set-remove.sql ask for again.
-- $1 names, $2 source, or NULL where it has none
SELECT t.id, t.xmin::text AS version, t.name, t.url, t.interval_s, t.timeout_ms, t.match_pattern, t.group_name, t.labels,
       t.options, t.paused, t.source,
       ARRAY (SELECT l.name FROM locations l WHERE l.id = ANY (t.location_ids) ORDER BY l.id) AS locations
FROM monitored_targets t
WHERE t.deleted_at IS NULL AND (t.name = ANY ($1::text[]) OR t.source = $2::text)
ORDER BY t.name
