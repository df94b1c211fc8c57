-- Makes targets what they are asked to be, found by name. A target that is so already is not touched: no update, no
-- trigger, no new schedule. Pausing stays as it was. Locations that nobody has named before are made.
-- Relies on: monitored_targets_name as arbiter; no name twice in the batch (ON CONFLICT refuses to meet a row twice);
-- the final SELECT seeing the rows as they were before this statement, which is right for untouched ones; and what
-- targets-insert.sql says of locations.
-- $1 names, $2 URLs, $3 intervals (s), $4 timeouts (ms), $5 patterns, $6 names of locations (an array of arrays, as JSON),
-- $7 options (an array of objects, as JSON; {} is stored as NULL), $8 groups, $9 labels (an array of objects, as JSON)
WITH given AS (
  SELECT *, $6::jsonb -> (position - 1)::integer AS locations,
         nullif($7::jsonb -> (position - 1)::integer, '{}') AS options,
         $9::jsonb -> (position - 1)::integer AS labels
  FROM unnest($1::text[], $2::text[], $3::integer[], $4::integer[], $5::text[], $8::text[])
    WITH ORDINALITY AS g (name, url, interval_s, timeout_ms, match_pattern, group_name, position)
), asked AS (
  SELECT DISTINCT jsonb_array_elements_text(locations) AS name FROM given
), made AS (
  INSERT INTO locations (name)
  SELECT name FROM asked
  WHERE name NOT IN (SELECT name FROM locations)
  ORDER BY name
  ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name
  RETURNING id, name
), place AS (
  SELECT id, name FROM locations WHERE name IN (SELECT name FROM asked)
  UNION
  SELECT id, name FROM made
), written AS (
  INSERT INTO monitored_targets AS t (name, url, interval_s, timeout_ms, match_pattern, options, group_name, labels, location_ids)
  SELECT name, url, interval_s, timeout_ms, match_pattern, options, group_name, labels,
         (SELECT array_agg(p.id ORDER BY p.id) FROM place p WHERE given.locations ? p.name)
  FROM given
  ORDER BY name
  ON CONFLICT (name) WHERE deleted_at IS NULL DO UPDATE
  SET url = EXCLUDED.url, interval_s = EXCLUDED.interval_s, timeout_ms = EXCLUDED.timeout_ms,
      match_pattern = EXCLUDED.match_pattern, options = EXCLUDED.options, location_ids = EXCLUDED.location_ids,
      group_name = EXCLUDED.group_name, labels = EXCLUDED.labels
  WHERE (t.url, t.interval_s, t.timeout_ms, t.match_pattern, t.options, t.location_ids, t.group_name, t.labels)
    IS DISTINCT FROM (EXCLUDED.url, EXCLUDED.interval_s, EXCLUDED.timeout_ms, EXCLUDED.match_pattern, EXCLUDED.options,
      EXCLUDED.location_ids, EXCLUDED.group_name, EXCLUDED.labels)
  RETURNING t.id, t.name
)
SELECT g.name, coalesce(w.id, t.id) AS id,
  CASE WHEN w.id IS NULL THEN 'unchanged' WHEN t.id IS NULL THEN 'added' ELSE 'changed' END AS change
FROM given g
LEFT JOIN written w USING (name)
LEFT JOIN monitored_targets t ON t.name = g.name AND t.deleted_at IS NULL
ORDER BY g.position
