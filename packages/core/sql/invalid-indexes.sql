-- Indexes that a CREATE INDEX CONCURRENTLY left behind when it failed. Those of partitioned tables are not meant: they
-- are invalid until every partition has its own.
SELECT indexrelid::regclass::text AS name
FROM pg_index
JOIN pg_class ON pg_class.oid = indexrelid
WHERE NOT indisvalid AND relkind = 'i'
ORDER BY 1
