-- The ids of locations by name. Those that nobody has named before are made.
-- Relies on: what targets-insert.sql says of locations.
-- $1 names
WITH asked AS (
  SELECT DISTINCT unnest($1::text[]) AS name
), made AS (
  INSERT INTO locations (name)
  SELECT name FROM asked
  WHERE name NOT IN (SELECT name FROM locations)
  ORDER BY name
  ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name
  RETURNING id, name
)
SELECT id, name FROM locations WHERE name IN (SELECT name FROM asked)
UNION
SELECT id, name FROM made
