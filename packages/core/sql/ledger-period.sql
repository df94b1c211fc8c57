-- The period that a proof covers: as it was asked for, but neither before the first tick that any schedule owed and whose
-- day is still in the ledger, nor before schedules had a history, nor after now.
--
--   $1 from, or NULL   $2 to, or NULL   $3 instead of both the last so many seconds, or NULL
SELECT greatest(nullif(proof_start.begins_at, '-infinity'), coalesce($1::timestamptz, clock_timestamp() - $3::float8 * interval '1 second'), first.tick, oldest.day) AS "from",
       least($2::timestamptz, clock_timestamp()) AS "to"
FROM proof_start
CROSS JOIN (SELECT date_trunc('milliseconds', min(first_tick)) AS tick FROM schedules) AS first
CROSS JOIN (
  SELECT to_date(right(min(relname), 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' AS day
  FROM pg_inherits
  JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'check_results'::regclass AND relname ~ '_\d{8}$'
) AS oldest
