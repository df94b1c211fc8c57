-- Takes back the notes of partitions that are attached as before: they could not be detached, and whoever detaches them by hand, or
-- has them kept for longer from now on, does not want them dropped. What is half detached stays noted.
--
-- Relies on: nobody else is between noting and detaching; turns of retention follow each other.
DELETE FROM partitions_dropping AS d
USING pg_inherits AS i
JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE c.relname = d.name AND NOT i.inhdetachpending
  AND i.inhparent IN ('check_results'::regclass, 'rollups_hourly'::regclass, 'rollups_daily'::regclass)
