-- Now, from when on retention has left the ledger whole (NULL where it has dropped nothing), and the time that its partitions cover;
-- NULL where there are none.
--
-- Relies on: the names of partitions (ensure_check_results_partitions). To ask for the oldest row would read a whole partition.
SELECT now() AS now, (SELECT nullif(raw_from, '-infinity') FROM rollups_progress) AS kept_since,
       min(to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC') AS since,
       max(to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC') + interval '1 day' AS until
FROM pg_inherits AS i
JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent = 'check_results'::regclass AND c.relname ~ '^check_results_[0-9]{8}$'
