-- Gives a worker process its number, making its location if nobody has worked there before.
--
--   $1 worker name   $2 location name
--
-- Inserts a location only where there is none, for every attempt uses up one of its few numbers. DO UPDATE and not DO NOTHING,
-- so that the location's id comes back also when somebody else made it just now.
WITH made AS (
  INSERT INTO locations (name) SELECT $2::text WHERE NOT EXISTS (SELECT FROM locations WHERE name = $2::text)
  ON CONFLICT (name) DO UPDATE SET name = excluded.name
  RETURNING id
)
INSERT INTO workers (name, location_id)
SELECT $1, id FROM made UNION ALL SELECT $1, id FROM locations WHERE name = $2::text
LIMIT 1
RETURNING id, location_id
