-- Pauses targets or has them go on, all or none. Whatever names no present target stops the whole batch and comes back with
-- id NULL; one that is so already is not touched, and comes back with changed = false. A name goes before an id.
-- Relies on: ids being written without leading zeros or signs.
-- $1 names or ids, $2 whether they shall be paused
WITH found AS (
  SELECT g.given, g.position, t.id, t.name
  FROM unnest($1::text[]) WITH ORDINALITY AS g (given, position)
  LEFT JOIN LATERAL (
    SELECT m.id, m.name FROM monitored_targets m
    WHERE m.deleted_at IS NULL AND (m.name = g.given OR m.id::text = g.given)
    ORDER BY m.name = g.given DESC
    LIMIT 1
  ) AS t ON true
), changed AS (
  UPDATE monitored_targets SET paused = $2::boolean
  WHERE deleted_at IS NULL
    AND paused <> $2::boolean
    AND id IN (SELECT id FROM found)
    AND NOT EXISTS (SELECT FROM found WHERE id IS NULL)
  RETURNING id
)
SELECT given, id, name, id IN (SELECT id FROM changed) AS changed FROM found ORDER BY position
