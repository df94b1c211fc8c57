-- What a present target is to be checked for and how, found by its id alone: another target may be called like a number.
-- Relies on: what target-read.sql says of versions. Plan: one probe of the primary key.
-- $1 id
SELECT t.id, t.name, t.url, t.interval_s, t.timeout_ms, t.match_pattern, t.group_name, t.labels, t.options, t.xmin::text AS version,
       ARRAY (SELECT l.name FROM locations l WHERE l.id = ANY (t.location_ids) ORDER BY l.id) AS locations
FROM monitored_targets t
WHERE t.id = $1::integer AND t.deleted_at IS NULL
