-- Pauses one target or has it go on. One that is so already is not touched. No row: there is no such target.
-- $1 id, $2 whether it shall be paused
WITH changed AS (
  UPDATE monitored_targets SET paused = $2::boolean
  WHERE id = $1::integer AND deleted_at IS NULL AND paused <> $2::boolean
  RETURNING id
)
SELECT t.name, EXISTS (SELECT FROM changed) AS changed
FROM monitored_targets t
WHERE t.id = $1::integer AND t.deleted_at IS NULL
