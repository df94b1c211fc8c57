-- Adds targets, all or none. A name that is taken stops the whole batch and comes back with taken = true. Locations that
-- nobody has named before are made.
-- Relies on: the partial unique index monitored_targets_name, which two batches at once meet as SQLSTATE 23505. Location
-- ids are stored in order, so that two lists of the same locations are equal. DO UPDATE and not DO NOTHING, so that the id
-- of a location that somebody else made just now comes back; those that are there are left out before, as every attempt
-- takes a number of theirs.
-- $1 names, $2 URLs, $3 intervals (s), $4 timeouts (ms), $5 patterns, $6 names of locations (an array of arrays, as JSON:
-- arrays of PostgreSQL have the same length in every row), $7 options (an array of objects, as JSON; {} is stored as NULL), $8 groups, $9 labels (an array of objects, as JSON)
WITH given AS (
  SELECT *, $6::jsonb -> (position - 1)::integer AS locations,
         nullif($7::jsonb -> (position - 1)::integer, '{}') AS options,
         $9::jsonb -> (position - 1)::integer AS labels
  FROM unnest($1::text[], $2::text[], $3::integer[], $4::integer[], $5::text[], $8::text[])
    WITH ORDINALITY AS g (name, url, interval_s, timeout_ms, match_pattern, group_name, position)
), taken AS (
  SELECT t.name FROM monitored_targets t WHERE t.deleted_at IS NULL AND t.name = ANY ($1::text[])
), asked AS (
  SELECT DISTINCT jsonb_array_elements_text(locations) AS name FROM given
), made AS (
  INSERT INTO locations (name)
  SELECT name FROM asked
  WHERE name NOT IN (SELECT name FROM locations)
    AND NOT EXISTS (SELECT FROM taken)
  ORDER BY name
  ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name
  RETURNING id, name
), place AS (
  SELECT id, name FROM locations WHERE name IN (SELECT name FROM asked)
  UNION
  SELECT id, name FROM made
), added AS (
  INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, match_pattern, options, group_name, labels, location_ids)
  SELECT name, url, interval_s, timeout_ms, match_pattern, options, group_name, labels,
         (SELECT array_agg(p.id ORDER BY p.id) FROM place p WHERE given.locations ? p.name)
  FROM given
  WHERE NOT EXISTS (SELECT FROM taken)
  ORDER BY position
  RETURNING id, name
)
SELECT g.name, a.id, g.name IN (SELECT name FROM taken) AS taken
FROM given g LEFT JOIN added a USING (name)
ORDER BY g.position
