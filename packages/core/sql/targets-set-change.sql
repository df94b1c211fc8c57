-- Makes targets what a set declares, each if it is still as targets-of-set.sql saw it. Returns the ids of those that were:
-- one that is absent there means that somebody has changed or deleted it since, and that the comparison does not hold.
-- Relies on: an UPDATE that waited for another one looking at its condition again, with the new row and its xmin
-- (PostgreSQL, 13.2.1); location ids being given in order.
-- $1 the targets: an array of objects of id, version and column names, as JSON
UPDATE monitored_targets AS t
SET url = given.url,
    interval_s = given.interval_s,
    timeout_ms = given.timeout_ms,
    match_pattern = given.match_pattern,
    options = given.options,
    group_name = given.group_name,
    labels = given.labels,
    location_ids = given.location_ids,
    paused = given.paused,
    source = given.source
FROM json_to_recordset($1::json) AS given (
  id integer, version text, url text, interval_s integer, timeout_ms integer, match_pattern text, options jsonb,
  group_name text, labels jsonb, location_ids smallint[], paused boolean, source text
)
WHERE t.id = given.id AND t.xmin::text = given.version AND t.deleted_at IS NULL
RETURNING t.id
