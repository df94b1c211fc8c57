-- What making a key of the ledger anew leaves behind when it is cut off: indexes that nobody uses (PostgreSQL, REINDEX, "Rebuilding
-- Indexes Concurrently").
SELECT i.relname AS name
FROM pg_inherits
JOIN pg_index AS x ON x.indrelid = inhrelid AND NOT x.indisvalid
JOIN pg_class AS i ON i.oid = x.indexrelid
WHERE inhparent = 'check_results'::regclass AND i.relname ~ '_cc(new|old)[0-9]*$'
