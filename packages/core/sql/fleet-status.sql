-- What there is, for metrics: targets that are not deleted, by whether they are paused; locations; and for how many whole
-- days after today (UTC), without a gap, the ledger has its partition.
--
-- Relies on: ensure_check_results_partitions() names partitions by their day, so that their names sort by it.
--
-- Plan: targets are read once (a million of them: 200 ms on two busy cores); partitions are a few dozen rows of the catalogue.
SELECT count(*) FILTER (WHERE NOT paused)::integer AS active_targets,
       count(*) FILTER (WHERE paused)::integer AS paused_targets,
       (SELECT count(*)::integer FROM locations) AS locations,
       (
         SELECT count(*)::integer
         FROM (
           SELECT c.relname, row_number() OVER (ORDER BY c.relname)::integer AS place
           FROM pg_inherits AS i
           JOIN pg_class AS c ON c.oid = i.inhrelid
           WHERE i.inhparent = 'check_results'::regclass
             AND c.relname > 'check_results_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')
         ) AS later
         WHERE relname = 'check_results_' || to_char((now() AT TIME ZONE 'UTC')::date + place, 'YYYYMMDD')
       ) AS partitions_ahead_days
FROM monitored_targets
WHERE deleted_at IS NULL
