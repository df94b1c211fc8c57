-- Brings deleted targets back, all or none. Found by name or id, the latest of a name; what names no deleted target comes
-- back with id NULL, one whose name has been taken meanwhile (or is that of another one in the batch) with the id that has
-- it: either stops the whole batch.
-- Relies on: ids being written without leading zeros or signs; monitored_targets_name, for names that are taken at the same
-- moment (SQLSTATE 23505). Deleted names have no index, and this is asked by people.
-- $1 names or ids
WITH found AS (
  SELECT g.given, g.position, t.id, t.name, t.paused
  FROM unnest($1::text[]) WITH ORDINALITY AS g (given, position)
  LEFT JOIN LATERAL (
    SELECT m.id, m.name, m.paused FROM monitored_targets m
    WHERE m.deleted_at IS NOT NULL AND (m.name = g.given OR m.id::text = g.given)
    ORDER BY m.name = g.given DESC, m.deleted_at DESC
    LIMIT 1
  ) AS t ON true
), judged AS (
  SELECT f.*, coalesce(
           (SELECT m.id FROM monitored_targets m WHERE m.deleted_at IS NULL AND m.name = f.name),
           (SELECT min(other.id) FROM found other WHERE other.name = f.name AND other.id <> f.id)
         ) AS taken_by,
         EXISTS (
           SELECT FROM monitored_targets m
           WHERE m.deleted_at IS NULL AND (m.name = f.given OR m.id::text = f.given)
         ) AS present
  FROM found f
), restored AS (
  UPDATE monitored_targets SET deleted_at = NULL
  WHERE deleted_at IS NOT NULL
    AND id IN (SELECT id FROM judged)
    AND NOT EXISTS (SELECT FROM judged WHERE id IS NULL OR taken_by IS NOT NULL)
)
SELECT given, id, name, paused, taken_by, present FROM judged ORDER BY position
