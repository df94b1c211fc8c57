-- Makes the ledger's partitions from the day (UTC) of the oldest tick that is still owed until $1 days from today: those that are
-- missing, the newest first, and at most 60 at once, which takes less than a second: each attempt gets somewhere, however long ago that tick is. Returns how
-- many were made.
SELECT coalesce(sum(ensure_check_results_partitions(missing.day, missing.day)), 0)::integer
FROM (
  SELECT day::date
  FROM generate_series(
    (least((SELECT min(least(next_fire_at, skip_from, open_tick)) FROM leases), now() - interval '1 day') AT TIME ZONE 'UTC')::date,
    (now() AT TIME ZONE 'UTC')::date + $1::integer,
    interval '1 day'
  ) AS day
  WHERE to_regclass('check_results_' || to_char(day, 'YYYYMMDD')) IS NULL
  ORDER BY day DESC
  LIMIT 60
) AS missing
