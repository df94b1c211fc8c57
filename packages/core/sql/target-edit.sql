-- Changes what is given of a present target and nothing else, so that two who edit different fields do not undo each other.
-- Returns its id, or no row if it has been deleted. Locations that nobody has named before are made.
-- Relies on: monitored_targets_name (SQLSTATE 23505) and timeout_ms_within_interval (23514); what targets-insert.sql says
-- of locations.
-- $1 id, $2 what changes: an object of column names (`locations`: an array of names), as JSON
WITH asked AS (
  SELECT jsonb_array_elements_text($2::jsonb -> 'locations') AS name
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
SET name = coalesce($2::jsonb ->> 'name', t.name),
    url = coalesce($2::jsonb ->> 'url', t.url),
    interval_s = coalesce(($2::jsonb ->> 'interval_s')::integer, t.interval_s),
    timeout_ms = coalesce(($2::jsonb ->> 'timeout_ms')::integer, t.timeout_ms),
    match_pattern = CASE WHEN $2::jsonb ? 'match_pattern' THEN $2::jsonb ->> 'match_pattern' ELSE t.match_pattern END,
    location_ids = coalesce((SELECT array_agg(id ORDER BY id) FROM place), t.location_ids)
WHERE t.id = $1::integer AND t.deleted_at IS NULL
RETURNING t.id
