-- Builds the hour of many targets and locations: a row each where ticks were owed. Returns how many were built, and how many are
-- behind: those are noted in rollups_owed, and built when they have caught up.
--
--   $1 hour   $2, $3 first and last target id   $4 of these, or NULL for all of them   $5 'sweep', 'owed' or 'rebuild'
--
-- Whose turn it is: in a sweep and a rebuild those that are not owed; else those that are owed from this very hour on.
-- Built are those that are settled, whose ledger of the hour is final: a lease that owes nothing before the end of the hour has
-- all of it in the ledger (packages/core/src/scheduler/README.md, the invariant), and no change of its target waits to be
-- followed. A statement sees one moment, so it finds all of that ledger.
--
-- Each tick holds its outcome until the next one, and ends with its schedule. So the events of an hour are its ticks, the ends
-- of schedules in it, and what held when it began, which is at most a day and a half back: a schedule's second tick comes within
-- one and a half intervals of its first, and none is longer than a day. At the same moment what held comes before a tick, and a tick
-- before the end of its schedule, to which it still belongs. Whole milliseconds, as ticks are: then the parts sum up to the hour.
--
-- Rows that are there stay: rollups-hour-clear.sql has taken away what is to be built again.
--
-- Plan: the block range index of the day's partition gives the hour, one sort by target and time, one window, groups; an index
-- seek for what held before. By few targets ($4) the ledger's key. A batch of 40,000 of 100,000
-- targets every minute, 2,400,000 rows: 6.6 s of CPU, 2.7 us a row, on two cores that others used. Lost: time by arithmetic from the
-- interval instead of a window, with a hash of targets instead of a sort, 2.2 us a row: it needs a second path for schedules that
-- change.
WITH schedule AS MATERIALIZED (
  SELECT s.target_id, s.location_id, s.schedule_from, s.interval_s, s.first_tick,
         lead(s.schedule_from) OVER (PARTITION BY s.target_id, s.location_id ORDER BY s.schedule_from) AS until
  FROM schedules AS s
  WHERE s.target_id BETWEEN $2::integer AND $3::integer AND ($4::integer[] IS NULL OR s.target_id = ANY ($4::integer[]))
    AND s.schedule_from < $1::timestamptz + interval '1 hour'
), pair AS MATERIALIZED (
  SELECT s.target_id, s.location_id, s.changed_at,
         coalesce(least(l.next_fire_at, l.skip_from, l.open_tick) >= $1::timestamptz + interval '1 hour', true)
           AND NOT EXISTS (SELECT FROM target_changes AS c WHERE c.target_id = s.target_id) AS settled
  FROM (
    SELECT target_id, location_id, max(schedule_from) FILTER (WHERE schedule_from < $1::timestamptz) AS changed_at
    FROM schedule
    GROUP BY target_id, location_id
    HAVING bool_or(interval_s IS NOT NULL AND first_tick < $1::timestamptz + interval '1 hour'
                   AND coalesce(until >= $1::timestamptz, true))
  ) AS s
  LEFT JOIN leases AS l ON l.target_id = s.target_id AND l.location_id = s.location_id
  LEFT JOIN rollups_owed AS o ON o.target_id = s.target_id AND o.location_id = s.location_id
  WHERE CASE WHEN $5::text = 'owed' THEN o.since = $1::timestamptz ELSE coalesce(o.since > $1::timestamptz, true) END
), event AS (
  SELECT r.target_id, r.location_id, r.scheduled_at AS at, 1::smallint AS place, r.outcome, r.ticks,
         CASE WHEN r.outcome IN ('up', 'degraded') THEN r.response_time_us END AS us
  FROM check_results AS r
  WHERE r.scheduled_at >= $1::timestamptz AND r.scheduled_at < $1::timestamptz + interval '1 hour'
    AND r.target_id BETWEEN $2::integer AND $3::integer AND ($4::integer[] IS NULL OR r.target_id = ANY ($4::integer[]))
  UNION ALL
  SELECT p.target_id, p.location_id, $1::timestamptz, 0::smallint, last.outcome, 0, NULL
  FROM pair AS p
  CROSS JOIN LATERAL (
    SELECT r.outcome, r.scheduled_at
    FROM check_results AS r
    WHERE r.target_id = p.target_id AND r.location_id = p.location_id
      AND r.scheduled_at < $1::timestamptz AND r.scheduled_at >= $1::timestamptz - interval '37 hours'
    ORDER BY r.scheduled_at DESC
    LIMIT 1
  ) AS last
  WHERE p.settled AND last.scheduled_at > coalesce(p.changed_at, '-infinity')
  UNION ALL
  SELECT s.target_id, s.location_id, date_trunc('milliseconds', s.schedule_from), 2::smallint, NULL, 0, NULL
  FROM schedule AS s
  WHERE s.schedule_from >= $1::timestamptz
), held AS (
  SELECT target_id, location_id, outcome, ticks, us,
         CASE WHEN us IS NOT NULL THEN ceil(ln(greatest(us, 1)::float8) / ln(1.04::float8))::smallint END AS bucket,
         date_part('epoch', lead(at, 1, $1::timestamptz + interval '1 hour')
           OVER (PARTITION BY target_id, location_id ORDER BY at, place) - at) AS s
  FROM event
), by_bucket AS (
  SELECT target_id, location_id, outcome, bucket, count(us)::integer AS responses, sum(us)::float8 AS sum_us,
         max(us) AS max_us, sum(ticks)::integer AS ticks, sum(s) AS s
  FROM held
  WHERE outcome IS NOT NULL AND (ticks > 0 OR s > 0)
  GROUP BY target_id, location_id, outcome, bucket
), merged AS (
  SELECT target_id, location_id, bucket, sum(responses)::integer AS responses, sum(sum_us) AS sum_us, max(max_us) AS max_us,
         sum(ticks) FILTER (WHERE outcome = 'up')::integer AS up_ticks,
         sum(ticks) FILTER (WHERE outcome = 'degraded')::integer AS degraded_ticks,
         sum(ticks) FILTER (WHERE outcome = 'down')::integer AS down_ticks,
         sum(ticks) FILTER (WHERE outcome = 'missed')::integer AS missed_ticks,
         sum(ticks) FILTER (WHERE outcome = 'skipped')::integer AS skipped_ticks,
         sum(s) FILTER (WHERE outcome = 'up') AS up_s,
         sum(s) FILTER (WHERE outcome = 'degraded') AS degraded_s,
         sum(s) FILTER (WHERE outcome = 'down') AS down_s,
         sum(s) FILTER (WHERE outcome = 'missed') AS unobserved_s,
         sum(s) FILTER (WHERE outcome = 'skipped') AS skipped_s
  FROM by_bucket
  GROUP BY target_id, location_id, bucket
  ORDER BY target_id, location_id, bucket
), built AS (
  INSERT INTO rollups_hourly (hour, response_sum_us, response_count, response_max_us, target_id,
    up_ticks, degraded_ticks, down_ticks, missed_ticks, skipped_ticks,
    up_ms, degraded_ms, down_ms, unobserved_ms, skipped_ms, location_id, response_buckets, response_counts)
  SELECT $1::timestamptz, coalesce(sum(sum_us), 0), sum(responses), max(max_us), target_id,
         coalesce(sum(up_ticks), 0), coalesce(sum(degraded_ticks), 0), coalesce(sum(down_ticks), 0),
         coalesce(sum(missed_ticks), 0), coalesce(sum(skipped_ticks), 0),
         round(coalesce(sum(up_s), 0) * 1000), round(coalesce(sum(degraded_s), 0) * 1000), round(coalesce(sum(down_s), 0) * 1000),
         round(coalesce(sum(unobserved_s), 0) * 1000), round(coalesce(sum(skipped_s), 0) * 1000), location_id,
         coalesce(array_agg(bucket) FILTER (WHERE bucket IS NOT NULL), '{}'),
         coalesce(array_agg(least(responses, 32767)::smallint) FILTER (WHERE bucket IS NOT NULL), '{}')
  FROM merged
  JOIN pair AS p USING (target_id, location_id)
  WHERE p.settled
  GROUP BY target_id, location_id
  ON CONFLICT DO NOTHING
  RETURNING 1
), behind AS (
  INSERT INTO rollups_owed (target_id, location_id, since)
  SELECT target_id, location_id, $1::timestamptz
  FROM pair
  WHERE $5::text = 'sweep' AND NOT settled
  ON CONFLICT (target_id, location_id) DO UPDATE SET since = least(rollups_owed.since, excluded.since)
  RETURNING 1
)
SELECT (SELECT count(*) FROM built)::integer AS built, (SELECT count(*) FROM behind)::integer AS behind
