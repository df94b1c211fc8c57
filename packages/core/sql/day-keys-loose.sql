-- Keys of the ledger's days that are over and have not been made anew since, oldest first: the names of the indexes.
--
-- A day is over when nothing that belongs to it is owed any more, and an hour of grace has passed. Those that were made anew say so
-- in their comment, which stays with an index that is made anew once more. Not those of days of which somebody else builds an index
-- (day-keys-left-over.sql): each would wait for the other, and one of them end in a deadlock.
--
-- Plan: the catalogue, and one pass over leases as in partitions-ensure.sql.
SELECT i.relname AS name
FROM pg_inherits
JOIN pg_class AS day ON day.oid = inhrelid
JOIN pg_index AS x ON x.indrelid = day.oid AND x.indisprimary
JOIN pg_class AS i ON i.oid = x.indexrelid
WHERE inhparent = 'check_results'::regclass
  AND day.relname ~ '^check_results_[0-9]{8}$'
  AND (to_date(right(day.relname, 8), 'YYYYMMDD') + 1)::timestamp AT TIME ZONE 'UTC'
      <= least(now() - interval '1 hour', (SELECT min(least(next_fire_at, skip_from, open_tick)) FROM leases))
  AND obj_description(i.oid, 'pg_class') IS DISTINCT FROM 'made anew after its day'
  AND NOT EXISTS (
    SELECT FROM pg_stat_progress_create_index AS build
    WHERE build.datname = current_database() AND (build.relid IS NULL OR build.relid IN (day.oid, day.reltoastrelid))
  )
ORDER BY day.relname
