-- Tables of ours that have a DEFAULT partition, by name. We never make one: it would take rows whose own partition is absent, where
-- nobody looks for them and nothing drops them, and it stands in the way of making partitions and of detaching them.
SELECT t.partrelid::regclass::text AS parent, t.partdefid::regclass::text AS name
FROM pg_partitioned_table AS t
WHERE t.partdefid <> 0
  AND t.partrelid IN ('check_results'::regclass, 'rollups_hourly'::regclass, 'rollups_daily'::regclass)
ORDER BY 1
