-- Takes one target away if it is still of one of these versions; its row stays, so that its ledger keeps a name.
-- Relies on: an UPDATE that waited for another one looking at its condition again, with the new row and its xmin
-- (PostgreSQL, 13.2.1).
-- $1 id, $2 versions, NULL for whichever it has
WITH removed AS (
  UPDATE monitored_targets SET deleted_at = clock_timestamp()
  WHERE id = $1::integer AND deleted_at IS NULL AND ($2::text[] IS NULL OR xmin::text = ANY ($2::text[]))
  RETURNING id
)
SELECT t.name, EXISTS (SELECT FROM removed) AS removed
FROM monitored_targets t
WHERE t.id = $1::integer AND t.deleted_at IS NULL
