-- What making a key of the ledger anew leaves behind when it is cut off: indexes that nobody uses (PostgreSQL, REINDEX, "Rebuilding
-- Indexes Concurrently").
--
-- Not where somebody builds an index of that day: it may be the one. Of its table for long texts as well: REINDEX TABLE says of itself
-- which table it was at last. Of sessions of other roles an ordinary role is not told which table it is: it may be any.
SELECT i.relname AS name
FROM pg_inherits
JOIN pg_class AS day ON day.oid = inhrelid
JOIN pg_index AS x ON x.indrelid = day.oid AND NOT x.indisvalid
JOIN pg_class AS i ON i.oid = x.indexrelid
WHERE inhparent = 'check_results'::regclass AND i.relname ~ '_cc(new|old)[0-9]*$'
  AND NOT EXISTS (
    SELECT FROM pg_stat_progress_create_index AS build
    WHERE build.datname = current_database() AND (build.relid IS NULL OR build.relid IN (day.oid, day.reltoastrelid))
  )
ORDER BY i.relname
