-- Partitions of the ledger and of rollups that have to go, or may have to: the oldest first, with the time that each covers, whether it
-- is older than it has to be kept, and whether all that is built from it has been.
--
--   $1 days of the ledger   $2 months of hours   $3 years of days; 0: for ever
--
-- A day of the ledger is done with when its hours and its day are built for everybody, and those hours after it whose beginning
-- needs it: what held then can be up to 37 hours old (rollups-hour.sql). A month of hours is done with when its days are built.
--
-- `state`: attached; pending, where somebody began to detach it and did not finish; detached, where retention has, and did not come
-- to drop it; gone. `ours`: retention has begun to drop it. What somebody else has detached is theirs, and not listed.
--
-- Relies on: the names of partitions (ensure_check_results_partitions, ensure_rollups_partitions).
WITH partition AS (
  SELECT p.relname::text AS parent, c.relname::text AS name, CASE WHEN i.inhdetachpending THEN 'pending' ELSE 'attached' END AS state
  FROM pg_inherits AS i
  JOIN pg_class AS c ON c.oid = i.inhrelid
  JOIN pg_class AS p ON p.oid = i.inhparent
  WHERE i.inhparent IN ('check_results'::regclass, 'rollups_hourly'::regclass, 'rollups_daily'::regclass)
    AND c.relname ~ '^(check_results_[0-9]{8}|rollups_hourly_[0-9]{6}|rollups_daily_[0-9]{4})$'
), listed AS (
  SELECT parent, name, state FROM partition
  UNION ALL
  SELECT regexp_replace(d.name, '_[0-9]+$', ''), d.name,
         CASE WHEN EXISTS (SELECT FROM pg_class AS c
                           WHERE c.relname = d.name
                             AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'check_results'::regclass))
              THEN 'detached' ELSE 'gone' END
  FROM partitions_dropping AS d
  WHERE NOT EXISTS (SELECT FROM partition AS p WHERE p.name = d.name)
), covered AS (
  SELECT *, (first_day + CASE parent WHEN 'check_results' THEN interval '1 day'
                                     WHEN 'rollups_hourly' THEN interval '1 month'
                                     ELSE interval '1 year' END)::date AS end_day
  FROM listed
  CROSS JOIN LATERAL (
    SELECT CASE parent WHEN 'check_results' THEN to_date(right(name, 8), 'YYYYMMDD')
                       WHEN 'rollups_hourly' THEN to_date(right(name, 6), 'YYYYMM')
                       ELSE to_date(right(name, 4), 'YYYY') END AS first_day
  ) AS begins
)
SELECT c.parent, c.name, c.state, to_char(c.first_day, 'YYYY-MM-DD') AS first_day, to_char(c.end_day, 'YYYY-MM-DD') AS end_day,
       EXISTS (SELECT FROM partitions_dropping AS d WHERE d.name = c.name) AS ours,
       CASE c.parent WHEN 'check_results' THEN $1::integer > 0 AND c.end_day + $1::integer <= today.day
                     WHEN 'rollups_hourly' THEN $2::integer > 0 AND c.end_day + $2::integer * interval '1 month' <= today.day
                     ELSE $3::integer > 0 AND c.end_day + $3::integer * interval '1 year' <= today.day END AS expired,
       CASE c.parent WHEN 'check_results'
                     THEN p.hours_until >= ends.at + interval '38 hours' AND p.days_until >= c.end_day
                          AND NOT EXISTS (SELECT FROM rollups_owed AS o WHERE o.since < ends.at + interval '38 hours')
                     WHEN 'rollups_hourly'
                     THEN p.days_until >= c.end_day AND NOT EXISTS (SELECT FROM rollups_owed AS o WHERE o.since < ends.at)
                     ELSE true END IS TRUE AS complete
FROM covered AS c
CROSS JOIN rollups_progress AS p
CROSS JOIN (SELECT (now() AT TIME ZONE 'UTC')::date AS day) AS today
CROSS JOIN LATERAL (SELECT c.end_day::timestamp AT TIME ZONE 'UTC' AS at) AS ends
ORDER BY c.parent, c.first_day
