-- Takes targets away, all or none: their rows stay, so that their ledger keeps a name. Whatever names no present target
-- stops the whole batch and comes back with id NULL. A name goes before an id.
-- Relies on: ids being written without leading zeros or signs.
-- $1 names or ids
WITH found AS (
  SELECT g.given, g.position, t.id, t.name
  FROM unnest($1::text[]) WITH ORDINALITY AS g (given, position)
  LEFT JOIN LATERAL (
    SELECT m.id, m.name FROM monitored_targets m
    WHERE m.deleted_at IS NULL AND (m.name = g.given OR m.id::text = g.given)
    ORDER BY m.name = g.given DESC
    LIMIT 1
  ) AS t ON true
), removed AS (
  UPDATE monitored_targets SET deleted_at = clock_timestamp()
  WHERE deleted_at IS NULL
    AND id IN (SELECT id FROM found)
    AND NOT EXISTS (SELECT FROM found WHERE id IS NULL)
  RETURNING id
)
SELECT given, id, name FROM found ORDER BY position
