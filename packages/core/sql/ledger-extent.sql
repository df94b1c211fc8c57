-- Now, and the time that the partitions of the ledger cover; NULL where there are none.
--
-- Relies on: the names of partitions (ensure_check_results_partitions). To ask for the oldest row would read a whole partition.
SELECT now() AS now,
       min(to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC') AS since,
       max(to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC') + interval '1 day' AS until
FROM pg_inherits AS i
JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent = 'check_results'::regclass AND c.relname ~ '^check_results_[0-9]{8}$'
