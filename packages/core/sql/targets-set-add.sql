-- Adds the targets of a set. Returns their ids.
-- Relies on: monitored_targets_name, which meets a name that somebody else took meanwhile as SQLSTATE 23505; location ids
-- being given in order, so that two lists of the same locations are equal.
-- $1 the targets: an array of objects of column names, as JSON (arrays of PostgreSQL have the same length in every row)
INSERT INTO monitored_targets
  (name, url, interval_s, timeout_ms, match_pattern, options, group_name, labels, location_ids, paused, source)
SELECT name, url, interval_s, timeout_ms, match_pattern, options, group_name, labels, location_ids, paused, source
FROM json_to_recordset($1::json) AS given (
  name text, url text, interval_s integer, timeout_ms integer, match_pattern text, options jsonb, group_name text,
  labels jsonb, location_ids smallint[], paused boolean, source text
)
RETURNING id, name
