-- The period that a proof covers: as it was asked for, but neither before the first tick that any schedule owed and whose
-- day is still in the ledger, nor before schedules had a history, nor after now.
--
--   $1 from, or NULL   $2 to, or NULL   $3 instead of both the last so many seconds, or NULL
--
-- Relies on: retention notes from when on the ledger is whole before it takes a day away. A day that was made again for a tick that
-- came very late holds that tick alone.
SELECT greatest(nullif(proof_start.begins_at, '-infinity'), coalesce($1::timestamptz, clock_timestamp() - $3::float8 * interval '1 second'),
                first.tick, oldest.day, nullif(kept.raw_from, '-infinity')) AS "from",
       least($2::timestamptz, clock_timestamp()) AS "to"
FROM proof_start
CROSS JOIN (SELECT date_trunc('milliseconds', min(first_tick)) AS tick FROM schedules) AS first
CROSS JOIN (
  SELECT to_date(right(min(relname), 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' AS day
  FROM pg_inherits
  JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'check_results'::regclass AND relname ~ '_\d{8}$' AND NOT inhdetachpending
) AS oldest
CROSS JOIN rollups_progress AS kept
