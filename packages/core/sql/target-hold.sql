-- Which version a target has, present or removed, and nobody gives it another one before the transaction ends.
-- Relies on: FOR NO KEY UPDATE waiting for whoever changes the row, and reading the row as it was left (PostgreSQL, 13.2.1).
-- $1 id
SELECT t.name, t.xmin::text AS version
FROM monitored_targets t
WHERE t.id = $1::integer
FOR NO KEY UPDATE
