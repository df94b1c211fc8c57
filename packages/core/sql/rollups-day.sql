-- Builds a day (UTC) of many targets and locations from its hours. Returns how many were built.
--
--   $1 day   $2, $3 first and last target id   $4 of these, or NULL for all of them
--
-- Relies on: hours are built up to the end of the day for all but those in rollups_owed; whoever is there from before its end on
-- has its day built when it has caught up.
--
-- Plan: the key of rollups_hourly for the targets. 5,000 targets with 24 hours of 10 buckets each 0.6 s, of 20 buckets 1 s.
WITH hourly AS (
  SELECT h.*
  FROM rollups_hourly AS h
  WHERE h.target_id BETWEEN $2::integer AND $3::integer AND ($4::integer[] IS NULL OR h.target_id = ANY ($4::integer[]))
    AND h.hour >= $1::date::timestamp AT TIME ZONE 'UTC' AND h.hour < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'
    AND NOT EXISTS (
      SELECT FROM rollups_owed AS o
      WHERE o.target_id = h.target_id AND o.location_id = h.location_id
        AND o.since < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'
    )
), distribution AS (
  SELECT target_id, location_id, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(n::integer ORDER BY bucket) AS counts
  FROM (
    SELECT h.target_id, h.location_id, part.bucket, sum(part.n) AS n
    FROM hourly AS h
    CROSS JOIN LATERAL unnest(h.response_buckets, h.response_counts) AS part (bucket, n)
    GROUP BY h.target_id, h.location_id, part.bucket
  ) AS merged
  GROUP BY target_id, location_id
), built AS (
  INSERT INTO rollups_daily (response_sum_us, response_count, response_max_us, day, target_id,
    up_ticks, degraded_ticks, down_ticks, missed_ticks, skipped_ticks,
    up_ms, degraded_ms, down_ms, unobserved_ms, skipped_ms, location_id, response_buckets, response_counts)
  SELECT sum(response_sum_us), sum(response_count), max(response_max_us), $1::date, target_id,
         sum(up_ticks), sum(degraded_ticks), sum(down_ticks), sum(missed_ticks), sum(skipped_ticks),
         sum(up_ms), sum(degraded_ms), sum(down_ms), sum(unobserved_ms), sum(skipped_ms), location_id,
         coalesce(min(d.buckets), '{}'), coalesce(min(d.counts), '{}')
  FROM hourly
  LEFT JOIN distribution AS d USING (target_id, location_id)
  GROUP BY target_id, location_id
  ON CONFLICT DO NOTHING
  RETURNING 1
)
SELECT count(*)::integer AS built FROM built
