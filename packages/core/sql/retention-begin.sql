-- Notes that a partition is being dropped, and from when on there is something left: proofs and summaries look no further back from
-- this moment on. The day of a tick that comes very late is made again, and is no whole day.
--
--   $1 its name   $2 its parent   $3 the day after its end
WITH noted AS (
  INSERT INTO partitions_dropping (name) VALUES ($1::text) ON CONFLICT DO NOTHING
)
UPDATE rollups_progress
SET raw_from = CASE WHEN $2::text = 'check_results' THEN greatest(raw_from, $3::date::timestamp AT TIME ZONE 'UTC') ELSE raw_from END,
    hourly_from = CASE WHEN $2::text = 'rollups_hourly' THEN greatest(hourly_from, $3::date) ELSE hourly_from END,
    daily_from = CASE WHEN $2::text = 'rollups_daily' THEN greatest(daily_from, $3::date) ELSE daily_from END
