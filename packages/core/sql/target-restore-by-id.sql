-- Brings one deleted target back; one that is not deleted is not touched. No row: there has never been such a target.
-- Relies on: monitored_targets_name, where another target is called so by now (SQLSTATE 23505).
-- $1 id
WITH restored AS (
  UPDATE monitored_targets SET deleted_at = NULL
  WHERE id = $1::integer AND deleted_at IS NOT NULL
  RETURNING id
)
SELECT t.name, EXISTS (SELECT FROM restored) AS changed
FROM monitored_targets t
WHERE t.id = $1::integer
