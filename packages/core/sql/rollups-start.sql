-- Begins with the hour of the first tick that was ever owed and whose day the ledger still has; now, where there was none.
--
-- Relies on: the names of partitions, as ledger-extent.sql.
UPDATE rollups_progress
SET hours_until = first.hour, days_until = (first.hour AT TIME ZONE 'UTC')::date
FROM (
  SELECT date_bin('1 hour', greatest(coalesce((SELECT min(first_tick) FROM schedules), now()), (
    SELECT min(to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC')
    FROM pg_inherits AS i
    JOIN pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'check_results'::regclass AND c.relname ~ '^check_results_[0-9]{8}$'
  )), to_timestamp(0)) AS hour
) AS first
WHERE hours_until IS NULL
