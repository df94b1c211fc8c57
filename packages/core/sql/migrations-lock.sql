-- Tries to become the only migrator: polled for, because a session that waits inside pg_advisory_lock keeps a snapshot
-- that another migrator's CREATE INDEX CONCURRENTLY waits for.
SELECT pg_try_advisory_lock($1) AS locked
