-- Changes what is given of a present target and nothing else, if it is still as target-read.sql saw it: what was given has
-- been found to go with the rest of that. Returns its id, or no row if somebody has changed or deleted it since.
-- Locations that nobody has named before are made.
-- Relies on: an UPDATE that waited for another one looking at its condition again, with the new row and its xmin
-- (PostgreSQL, 13.2.1); monitored_targets_name (SQLSTATE 23505); what targets-insert.sql says of locations.
-- $1 id, $2 version as read, $3 what changes: an object of column names (`locations`: an array of names), as JSON
WITH asked AS (
  SELECT jsonb_array_elements_text($3::jsonb -> 'locations') AS name
), made AS (
  INSERT INTO locations (name)
  SELECT name FROM asked
  WHERE name NOT IN (SELECT name FROM locations)
  ORDER BY name
  ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name
  RETURNING id, name
), place AS (
  SELECT id FROM locations WHERE name IN (SELECT name FROM asked)
  UNION
  SELECT id FROM made
)
UPDATE monitored_targets AS t
SET name = coalesce($3::jsonb ->> 'name', t.name),
    url = coalesce($3::jsonb ->> 'url', t.url),
    interval_s = coalesce(($3::jsonb ->> 'interval_s')::integer, t.interval_s),
    timeout_ms = coalesce(($3::jsonb ->> 'timeout_ms')::integer, t.timeout_ms),
    match_pattern = CASE WHEN $3::jsonb ? 'match_pattern' THEN $3::jsonb ->> 'match_pattern' ELSE t.match_pattern END,
    options = CASE WHEN $3::jsonb ? 'options' THEN nullif($3::jsonb -> 'options', '{}') ELSE t.options END,
    group_name = CASE WHEN $3::jsonb ? 'group_name' THEN $3::jsonb ->> 'group_name' ELSE t.group_name END,
    labels = coalesce($3::jsonb -> 'labels', t.labels),
    location_ids = coalesce((SELECT array_agg(id ORDER BY id) FROM place), t.location_ids)
WHERE t.id = $1::integer AND t.xmin::text = $2::text AND t.deleted_at IS NULL
RETURNING t.id
