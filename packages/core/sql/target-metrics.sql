-- What is known now of each target and location, for the series of /metrics/targets: its labels, the outcome of its newest
-- tick, and the newest result that was carried out. At most $1 pairs, by the ids of target and location, so that which of them
-- are left out does not change from one time to the next; how many there are without that limit stands in each row.
--
--   $1 how many pairs   $2 seconds that a result may take to be written, beside the target's timeout
--
-- A result counts as long as no more than one tick has gone by without one, and never longer: a figure that nobody measures
-- any more must not go on looking new. Rows of ticks that nobody carried out are written up to a minute and an interval
-- after the last of them (leases-pass.sql), and are the newest that is known until then. A target in maintenance has the
-- outcome of its coming ticks at once, not when their row is written. Paused and deleted targets are not there at all.
--
-- Relies on: an interval is at most a day, a timeout two minutes, a row covers at most an hour. So whatever counts was
-- scheduled in the last 50 hours, and the partitions before and the ones made ahead are left out when the statement starts;
-- of the others one after the other is looked into, newest first, until there is a row.
--
-- Plan: for each pair a descent of the key of the newest partition; only where its newest row is of a tick that was not
-- carried out, a second one.
WITH pairs AS MATERIALIZED (
  SELECT m.id, l.id AS location_id, m.name, m.url, l.name AS location, m.group_name, m.labels, m.interval_s,
         (2 * m.interval_s + m.timeout_ms / 1000.0 + $2::float8) * interval '1 second' AS fresh_for,
         count(*) OVER () AS pairs,
         least(3600, 1.25 * count(*) OVER () / sum(1 / m.interval_s::float8) OVER ()) * interval '1 second' AS lately
  FROM monitored_targets AS m
  JOIN locations AS l ON l.id = ANY (m.location_ids)
  WHERE m.deleted_at IS NULL AND NOT m.paused
  ORDER BY m.id, l.id
  LIMIT $1::integer
), held AS MATERIALIZED (
  SELECT p.id
  FROM pairs AS p
  WHERE EXISTS (
    SELECT FROM maintenance_windows AS w
    WHERE w.starts_at <= now() AND w.ends_at > now() AND (w.target_ids IS NULL OR p.id = ANY (w.target_ids))
  )
), lately AS MATERIALIZED (
  SELECT DISTINCT ON (c.target_id, c.location_id) c.*
  FROM check_results AS c
  WHERE c.scheduled_at > now() - (SELECT lately FROM pairs LIMIT 1) AND c.scheduled_at < now() + interval '1 minute'
  ORDER BY c.target_id, c.location_id, c.scheduled_at DESC
)
SELECT p.pairs, p.name, p.url, p.location, p.group_name, nullif(p.labels, '{}') AS labels,
       CASE WHEN h.id IS NOT NULL THEN 'skipped'
            WHEN newest.scheduled_at + (newest.ticks - 1) * p.interval_s * interval '1 second'
                 + CASE WHEN newest.outcome IN ('missed', 'skipped')
                        THEN greatest(p.fresh_for, p.fresh_for - (p.interval_s - 70) * interval '1 second')
                        ELSE p.fresh_for END > now() THEN newest.outcome::text END AS newest_outcome,
       r.outcome, r.response_time_us, r.error_code, extract(epoch FROM r.scheduled_at) * 1000, r.measured
FROM pairs AS p
LEFT JOIN held AS h ON h.id = p.id
LEFT JOIN lately AS l ON l.target_id = p.id AND l.location_id = p.location_id
LEFT JOIN LATERAL (
  SELECT l.*
  WHERE l.target_id IS NOT NULL
  UNION ALL (
    SELECT c.*
    FROM check_results AS c
    WHERE l.target_id IS NULL AND c.target_id = p.id AND c.location_id = p.location_id
      AND c.scheduled_at > now() - interval '50 hours' AND c.scheduled_at < now() + interval '1 minute'
    ORDER BY c.scheduled_at DESC
    LIMIT 1
  )
) AS newest ON h.id IS NULL
LEFT JOIN LATERAL (
  SELECT newest.*
  WHERE newest.outcome IN ('up', 'degraded', 'down')
  UNION ALL (
    SELECT c.*
    FROM check_results AS c
    WHERE newest.outcome IN ('missed', 'skipped') AND c.target_id = p.id AND c.location_id = p.location_id
      AND c.scheduled_at > now() - p.fresh_for AND c.scheduled_at < now() + interval '1 minute'
      AND c.outcome IN ('up', 'degraded', 'down')
    ORDER BY c.scheduled_at DESC
    LIMIT 1
  )
) AS r ON r.scheduled_at > now() - p.fresh_for
ORDER BY p.id, p.location_id
