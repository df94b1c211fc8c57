-- How targets did in a period, in time: from days and hours, and from the ledger where an hour is not built yet. A row for each target.
--
--   $1 target ids   $2 from, on the hour, or NULL for 30 days before the end   $3 to, or NULL for now   $4 location, or NULL for all
--
-- Each target and location has three parts. Days that are built as a whole; the hours before and after these, until `raw`, from which on
-- it has none (rollups_progress, rollups_owed); from there on its ticks, each of which holds until the next one, the end of its schedule,
-- or the oldest tick that is still owed. A tick that is owed for longer than its check may take is unobserved until somebody says
-- what became of it; one that will be skipped is skipped.
--
-- An end of the period within an hour takes that hour from the ledger, where it is still there, and is moved to the beginning of the
-- hour where it is not. A beginning or an end whose hours have been dropped is moved to the beginning of its day.
--
-- Relies on: the invariants of rollups and of leases (packages/core/src/rollups/README.md). As rollups-hour.sql does: what held at the
-- beginning is 37 hours back at most.
--
-- Plan: the keys of rollups_daily, rollups_hourly and of the ledger, one range for each target and location. A year of one target
-- among 10,000 (3,660,000 days of 40 buckets each, that target's on 331 pages of their own): 9 to 13 ms of CPU with planning, 24 ms on two busy
-- cores; of 50 targets 350 to 800 ms, most of it adding up 730,000 buckets.
WITH period AS MATERIALIZED (
  SELECT begins.at AS since, ends.at AS until, coalesce(p.hours_until, '-infinity') AS hours_until,
         coalesce(p.days_until, '-infinity') AS days_until
  FROM rollups_progress AS p
  CROSS JOIN LATERAL (
    SELECT CASE WHEN asked < p.hourly_from::timestamp AT TIME ZONE 'UTC' THEN date_bin('1 day', asked, to_timestamp(0))
                WHEN asked >= p.raw_from THEN asked
                ELSE date_bin('1 hour', asked, to_timestamp(0)) END AS at
    FROM (SELECT least(coalesce($3::timestamptz, now()), now()) AS asked) AS given
  ) AS ends
  CROSS JOIN LATERAL (
    SELECT CASE WHEN asked < p.hourly_from::timestamp AT TIME ZONE 'UTC' THEN date_bin('1 day', asked, to_timestamp(0))
                ELSE asked END AS at
    FROM (SELECT coalesce($2::timestamptz, date_bin('1 hour', ends.at, to_timestamp(0)) - interval '720 hours') AS asked) AS given
  ) AS begins
), pair AS MATERIALIZED (
  SELECT l.target_id, l.location_id, l.interval_s, t.timeout_ms, l.next_fire_at, l.open_tick, l.skip_from, l.leased_until,
         -- From here on the ledger, before it hours, and days from first_day until last_day.
         bound.raw, day.first_day, greatest(day.first_day, least(
           (bound.raw AT TIME ZONE 'UTC')::date, p.days_until)) AS last_day
  FROM period AS p
  JOIN leases AS l ON l.target_id = ANY ($1::integer[])
  JOIN monitored_targets AS t ON t.id = l.target_id
  LEFT JOIN rollups_owed AS o ON o.target_id = l.target_id AND o.location_id = l.location_id
  CROSS JOIN LATERAL (
    SELECT greatest(p.since, least(p.hours_until, o.since, date_bin('1 hour', p.until, to_timestamp(0)))) AS raw
  ) AS bound
  CROSS JOIN LATERAL (
    SELECT (p.since AT TIME ZONE 'UTC' + interval '1 day' - interval '1 microsecond')::date AS first_day
  ) AS day
  WHERE $4::text IS NULL OR l.location_id = (SELECT id FROM locations WHERE name = $4::text)
), built AS MATERIALIZED (
  SELECT d.target_id, d.day::timestamp AT TIME ZONE 'UTC' AS at,
         d.up_ticks, d.degraded_ticks, d.down_ticks, d.missed_ticks, d.skipped_ticks,
         d.up_ms, d.degraded_ms, d.down_ms, d.unobserved_ms, d.skipped_ms,
         d.response_sum_us, d.response_count, d.response_max_us, d.response_buckets, d.response_counts
  FROM pair AS p
  JOIN rollups_daily AS d
    ON d.target_id = p.target_id AND d.location_id = p.location_id AND d.day >= p.first_day AND d.day < p.last_day
  UNION ALL
  SELECT h.target_id, h.hour, h.up_ticks, h.degraded_ticks, h.down_ticks, h.missed_ticks, h.skipped_ticks,
         h.up_ms, h.degraded_ms, h.down_ms, h.unobserved_ms, h.skipped_ms,
         h.response_sum_us, h.response_count, h.response_max_us, h.response_buckets, h.response_counts::integer[]
  FROM pair AS p
  CROSS JOIN period
  JOIN LATERAL (
    SELECT * FROM rollups_hourly AS h
    WHERE h.target_id = p.target_id AND h.location_id = p.location_id AND h.hour >= period.since
      AND h.hour < least(p.raw, p.first_day::timestamp AT TIME ZONE 'UTC')
    UNION ALL
    SELECT * FROM rollups_hourly AS h
    WHERE h.target_id = p.target_id AND h.location_id = p.location_id AND h.hour < p.raw
      AND h.hour >= greatest(period.since, p.last_day::timestamp AT TIME ZONE 'UTC')
  ) AS h ON true
), ended AS (
  SELECT s.target_id, s.location_id, s.schedule_from
  FROM pair AS p
  JOIN schedules AS s ON s.target_id = p.target_id AND s.location_id = p.location_id
), event AS (
  SELECT r.target_id, r.location_id, r.scheduled_at AS at, 1::smallint AS place, r.outcome,
         CASE WHEN r.ticks = 1 OR r.scheduled_at < date_bin('1 hour', period.until, to_timestamp(0)) THEN r.ticks ELSE least(
           r.ticks, 1 + ticks_following(r.target_id, s.interval_s, r.scheduled_at, period.until - interval '1 microsecond')) END AS ticks,
         CASE WHEN r.outcome IN ('up', 'degraded') THEN r.response_time_us END AS us
  FROM pair AS p
  CROSS JOIN period
  JOIN check_results AS r ON r.target_id = p.target_id AND r.location_id = p.location_id
    AND r.scheduled_at >= p.raw AND r.scheduled_at < period.until
  LEFT JOIN LATERAL (
    SELECT h.interval_s FROM schedules AS h
    WHERE h.target_id = r.target_id AND h.location_id = r.location_id AND h.schedule_from < r.scheduled_at AND r.ticks > 1
    ORDER BY h.schedule_from DESC
    LIMIT 1
  ) AS s ON true
  UNION ALL
  SELECT p.target_id, p.location_id, p.raw, 0::smallint, last.outcome, 0, NULL
  FROM pair AS p
  CROSS JOIN period
  CROSS JOIN LATERAL (
    SELECT r.outcome, r.scheduled_at
    FROM check_results AS r
    WHERE r.target_id = p.target_id AND r.location_id = p.location_id
      AND r.scheduled_at < p.raw AND r.scheduled_at >= p.raw - interval '37 hours'
    ORDER BY r.scheduled_at DESC
    LIMIT 1
  ) AS last
  WHERE p.raw < period.until AND NOT EXISTS (
    SELECT FROM ended AS e
    WHERE e.target_id = p.target_id AND e.location_id = p.location_id
      AND e.schedule_from >= last.scheduled_at AND e.schedule_from < p.raw
  )
  UNION ALL
  SELECT e.target_id, e.location_id, date_trunc('milliseconds', e.schedule_from), 2::smallint, NULL, 0, NULL
  FROM ended AS e
  JOIN pair AS p USING (target_id, location_id)
  CROSS JOIN period
  WHERE e.schedule_from >= p.raw AND e.schedule_from < period.until
  UNION ALL
  -- What is still owed: nothing is known of it from here on, or only that nobody has observed it or will.
  SELECT p.target_id, p.location_id, greatest(due.at, p.raw), 3::smallint,
         CASE WHEN due.at = p.open_tick AND p.leased_until > now() THEN NULL
              WHEN due.at < now() - p.timeout_ms * interval '1 ms' - interval '10 seconds' THEN 'missed'
         END::check_outcome, 0, NULL
  FROM pair AS p
  CROSS JOIN period
  CROSS JOIN LATERAL (SELECT least(p.next_fire_at, p.open_tick) AS at) AS due
  WHERE due.at < period.until
  UNION ALL
  SELECT p.target_id, p.location_id, greatest(p.skip_from, p.raw), 4::smallint, 'skipped',
         ticks_until(p.target_id, p.interval_s, p.skip_from, period.until - interval '1 microsecond')
           - ticks_until(p.target_id, p.interval_s, p.skip_from, p.raw - interval '1 microsecond'), NULL
  FROM pair AS p
  CROSS JOIN period
  WHERE p.skip_from < period.until
), held AS (
  SELECT e.target_id, e.outcome, e.ticks, e.us, e.at,
         CASE WHEN e.us IS NOT NULL THEN ceil(ln(greatest(e.us, 1)::float8) / ln(1.04::float8))::smallint END AS bucket,
         date_part('epoch', greatest(interval '0', lead(e.at, 1, period.until)
           OVER (PARTITION BY e.target_id, e.location_id ORDER BY e.at, e.place) - e.at)) * 1000 AS ms
  FROM event AS e
  CROSS JOIN period
), part AS (
  SELECT target_id, min(at) AS at,
         sum(up_ticks) AS up_ticks, sum(degraded_ticks) AS degraded_ticks, sum(down_ticks) AS down_ticks,
         sum(missed_ticks) AS missed_ticks, sum(skipped_ticks) AS skipped_ticks,
         sum(up_ms) AS up_ms, sum(degraded_ms) AS degraded_ms, sum(down_ms) AS down_ms,
         sum(unobserved_ms) AS unobserved_ms, sum(skipped_ms) AS skipped_ms,
         sum(response_sum_us) AS sum_us, max(response_max_us) AS max_us
  FROM built
  GROUP BY target_id
  UNION ALL
  SELECT target_id, min(at),
         sum(ticks) FILTER (WHERE outcome = 'up'), sum(ticks) FILTER (WHERE outcome = 'degraded'),
         sum(ticks) FILTER (WHERE outcome = 'down'), sum(ticks) FILTER (WHERE outcome = 'missed'),
         sum(ticks) FILTER (WHERE outcome = 'skipped'),
         sum(ms) FILTER (WHERE outcome = 'up'), sum(ms) FILTER (WHERE outcome = 'degraded'),
         sum(ms) FILTER (WHERE outcome = 'down'), sum(ms) FILTER (WHERE outcome = 'missed'),
         sum(ms) FILTER (WHERE outcome = 'skipped'),
         sum(us), max(us)
  FROM held
  WHERE outcome IS NOT NULL
  GROUP BY target_id
), bucketed AS (
  SELECT target_id, bucket, sum(n) AS n
  FROM (
    SELECT b.target_id, u.bucket, u.n FROM built AS b CROSS JOIN LATERAL unnest(b.response_buckets, b.response_counts) AS u (bucket, n)
    UNION ALL
    SELECT target_id, bucket, 1 FROM held WHERE bucket IS NOT NULL
  ) AS each
  GROUP BY target_id, bucket
)
SELECT t.id AS target_id, t.name AS target, p.since, p.until, sum.at AS begins_at,
       coalesce(sum.up_ticks, 0)::float8 AS up_ticks, coalesce(sum.degraded_ticks, 0)::float8 AS degraded_ticks,
       coalesce(sum.down_ticks, 0)::float8 AS down_ticks, coalesce(sum.missed_ticks, 0)::float8 AS missed_ticks,
       coalesce(sum.skipped_ticks, 0)::float8 AS skipped_ticks,
       round(coalesce(sum.up_ms, 0))::float8 AS up_ms, round(coalesce(sum.degraded_ms, 0))::float8 AS degraded_ms,
       round(coalesce(sum.down_ms, 0))::float8 AS down_ms, round(coalesce(sum.unobserved_ms, 0))::float8 AS unobserved_ms,
       round(coalesce(sum.skipped_ms, 0))::float8 AS skipped_ms,
       coalesce(sum.sum_us, 0)::float8 AS sum_us, sum.max_us,
       coalesce(d.buckets, '{}') AS buckets, coalesce(d.counts, '{}') AS counts
FROM unnest($1::integer[]) WITH ORDINALITY AS asked (id, place)
JOIN monitored_targets AS t ON t.id = asked.id
CROSS JOIN period AS p
LEFT JOIN (
  SELECT target_id, min(at) AS at, sum(up_ticks) AS up_ticks, sum(degraded_ticks) AS degraded_ticks, sum(down_ticks) AS down_ticks,
         sum(missed_ticks) AS missed_ticks, sum(skipped_ticks) AS skipped_ticks, sum(up_ms) AS up_ms, sum(degraded_ms) AS degraded_ms,
         sum(down_ms) AS down_ms, sum(unobserved_ms) AS unobserved_ms, sum(skipped_ms) AS skipped_ms, sum(sum_us) AS sum_us,
         max(max_us) AS max_us
  FROM part
  GROUP BY target_id
) AS sum ON sum.target_id = t.id
LEFT JOIN (
  SELECT target_id, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(n::float8 ORDER BY bucket) AS counts
  FROM bucketed
  GROUP BY target_id
) AS d ON d.target_id = t.id
ORDER BY asked.place
