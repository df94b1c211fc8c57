-- Each location: its workers that were heard of lately (as has_worker() has it), when any of its workers was heard of last,
-- how many targets are checked from there, and the oldest of its ticks that is due and claimed by nobody.
--
-- Plan: for the oldest tick one probe of leases_next_fire_at a location; targets and workers are read once.
WITH staff AS (
  SELECT location_id, max(seen_at) AS last_seen_at,
         count(*) FILTER (WHERE stopped_at IS NULL AND seen_at > now() - interval '15 seconds')::integer AS live_workers
  FROM workers
  GROUP BY location_id
), duties AS (
  SELECT location_id, sum(alike.targets)::integer AS targets
  FROM (
    SELECT location_ids, count(*) AS targets
    FROM monitored_targets
    WHERE deleted_at IS NULL
    GROUP BY location_ids
  ) AS alike
  CROSS JOIN LATERAL (SELECT DISTINCT unnest(alike.location_ids) AS location_id) AS place
  GROUP BY location_id
)
SELECT l.id, l.name, coalesce(staff.live_workers, 0) AS live_workers, staff.last_seen_at,
       coalesce(duties.targets, 0) AS targets, overdue.tick AS oldest_overdue_tick,
       (extract(epoch FROM now() - overdue.tick) * 1000)::float8 AS overdue_ms
FROM locations AS l
LEFT JOIN staff ON staff.location_id = l.id
LEFT JOIN duties ON duties.location_id = l.id
LEFT JOIN LATERAL (
  SELECT lease.next_fire_at AS tick
  FROM leases AS lease
  WHERE lease.location_id = l.id AND lease.next_fire_at < now()
  ORDER BY lease.next_fire_at
  LIMIT 1
) AS overdue ON true
ORDER BY l.name
