-- Gives a worker process its number, making its location if nobody has worked there before.
--
--   $1 worker name   $2 location name
--
-- DO UPDATE and not DO NOTHING, so that the location's id comes back whether or not somebody else made it just now.
WITH location AS (
  INSERT INTO locations (name) VALUES ($2)
  ON CONFLICT (name) DO UPDATE SET name = excluded.name
  RETURNING id
)
INSERT INTO workers (name, location_id)
SELECT $1, id FROM location
RETURNING id, location_id
