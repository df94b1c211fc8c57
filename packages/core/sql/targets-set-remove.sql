-- Takes targets away that a set does not declare, each if it is still as targets-of-set.sql saw it: their rows stay, so
-- that their ledger keeps a name. Returns the ids of those that were.
-- Relies on: what targets-set-change.sql relies on.
-- $1 ids, $2 versions
UPDATE monitored_targets AS t
SET deleted_at = clock_timestamp()
FROM unnest($1::integer[], $2::text[]) AS given (id, version)
WHERE t.id = given.id AND t.xmin::text = given.version AND t.deleted_at IS NULL
RETURNING t.id
