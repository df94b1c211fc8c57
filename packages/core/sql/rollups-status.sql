-- How far rollups have been built, who is behind, and what is kept: since when, and how much room it takes, indexes included.
--
-- Relies on: the names of partitions. Plan: catalogues and rollups_owed; a size is a look at each file. A year of days: 17 ms.
WITH partition AS (
  SELECT p.relname AS parent, c.relname AS name, c.oid
  FROM pg_inherits AS i
  JOIN pg_class AS c ON c.oid = i.inhrelid
  JOIN pg_class AS p ON p.oid = i.inhparent
  WHERE i.inhparent IN ('check_results'::regclass, 'rollups_hourly'::regclass, 'rollups_daily'::regclass)
    AND NOT i.inhdetachpending
)
SELECT now() AS now, p.hours_until, to_char(p.days_until, 'YYYY-MM-DD') AS days_until,
       (SELECT count(*) FROM rollups_owed AS o WHERE o.since < p.hours_until)::float8 AS lagging,
       (SELECT min(o.since) FROM rollups_owed AS o) AS lagging_since,
       nullif(greatest(p.raw_from, oldest.day), '-infinity') AS raw_since,
       -- What held when an hour began may be 37 hours old (rollups-hour.sql).
       nullif(greatest(p.raw_from + interval '37 hours', oldest.day), '-infinity') AS rebuildable_since,
       (SELECT to_char(to_date(right(min(name), 6), 'YYYYMM'), 'YYYY-MM-DD') FROM partition WHERE parent = 'rollups_hourly') AS hourly_since,
       (SELECT to_char(to_date(right(min(name), 4), 'YYYY'), 'YYYY-MM-DD') FROM partition WHERE parent = 'rollups_daily') AS daily_since,
       coalesce((SELECT sum(pg_total_relation_size(oid)) FROM partition WHERE parent = 'check_results'), 0)::float8 AS raw_bytes,
       coalesce((SELECT sum(pg_total_relation_size(oid)) FROM partition WHERE parent = 'rollups_hourly'), 0)::float8 AS hourly_bytes,
       coalesce((SELECT sum(pg_total_relation_size(oid)) FROM partition WHERE parent = 'rollups_daily'), 0)::float8 AS daily_bytes,
       (SELECT count(*) FROM pg_partitioned_table AS t WHERE t.partdefid <> 0
          AND t.partrelid IN ('check_results'::regclass, 'rollups_hourly'::regclass, 'rollups_daily'::regclass))::integer AS default_partitions
FROM rollups_progress AS p
CROSS JOIN (
  SELECT to_date(right(min(name), 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' AS day FROM partition
  WHERE parent = 'check_results' AND name ~ '^check_results_[0-9]{8}$'
) AS oldest
