-- Who keeps vacuum from removing what has died in this database: sessions with a snapshot or a transaction id, standbys
-- (by their walsender or their slot), and prepared transactions. `mark` stays the same as long as it is the same transaction;
-- age_s is how long that has been open, NULL where it cannot be seen.
--
-- Relies on: no more than an ordinary role may read. Of sessions of other roles that is the transaction and its snapshot, but
-- not when it began, nor what it does; with pg_read_all_stats (in pg_monitor) it is all. VACUUM itself holds back nobody, and
-- neither does the catalog_xmin of a logical slot, but for the system's own tables.
SELECT 'session ' || a.pid AS holder, coalesce(a.backend_xid, a.backend_xmin)::text AS mark,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS age_s
FROM pg_stat_activity AS a
WHERE (a.backend_xid IS NOT NULL OR a.backend_xmin IS NOT NULL)
  AND (a.datname = current_database() OR a.datid IS NULL)
  AND a.pid <> pg_backend_pid()
  AND NOT EXISTS (SELECT FROM pg_stat_progress_vacuum AS v WHERE v.pid = a.pid)
UNION ALL
SELECT 'slot ' || slot_name, xmin::text, NULL
FROM pg_replication_slots
WHERE xmin IS NOT NULL
UNION ALL
SELECT 'prepared ' || gid, transaction::text, extract(epoch FROM clock_timestamp() - prepared)::float8
FROM pg_prepared_xacts
WHERE database = current_database()
