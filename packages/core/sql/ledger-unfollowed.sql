-- Targets whose schedule is not what it should be, so that no ledger could show it: those whose lease is not the one that the
-- history has last (history), and those whose lease does not follow the target though no change of it is waiting to be
-- followed (target): it owes nothing or something else, or still owes ticks of a target that was deleted, or is not checked from
-- there any more.
--
--   $1 target ids, or NULL for all   $2 how many at most
--
-- Relies on: leases-sync.sql moves the lease, writes the history and takes the change off the list in one transaction, so
-- that one snapshot sees all or none of it. Maintenance comes and goes with time, and is left out.
--
-- Plan: hash joins of leases with schedules and, twice, with monitored_targets. 50,000 targets with 100,000 leases: 0.2 s on two busy cores,
-- whether none or all of them have a change waiting; a fifth of it for those that owe what they should not.
SELECT odd.target_id, odd.location_id, odd.what, (count(*) OVER ())::float8 AS found
FROM (
  SELECT coalesce(l.target_id, s.target_id) AS target_id, coalesce(l.location_id, s.location_id) AS location_id,
         'history' AS what
  FROM leases AS l
  FULL JOIN (
    SELECT DISTINCT ON (target_id, location_id) *
    FROM schedules
    ORDER BY target_id, location_id, schedule_from DESC
  ) AS s USING (target_id, location_id)
  WHERE CASE WHEN coalesce(l.next_fire_at, l.skip_from) IS NULL THEN s.interval_s IS NOT NULL
             ELSE (s.schedule_from, s.interval_s, s.first_tick, s.skip_code)
                  IS DISTINCT FROM (l.schedule_from, l.interval_s, l.first_tick, l.skip_code) END
  UNION ALL
  SELECT t.id, location.id, 'target'
  FROM monitored_targets AS t
  JOIN locations AS location ON location.id = ANY (t.location_ids)
  LEFT JOIN leases AS l ON l.target_id = t.id AND l.location_id = location.id
  WHERE t.deleted_at IS NULL
    AND (coalesce(l.next_fire_at, l.skip_from) IS NULL OR l.interval_s <> t.interval_s
      OR t.paused IS DISTINCT FROM coalesce(l.skip_code = 'paused', false))
    AND NOT EXISTS (SELECT FROM target_changes AS c WHERE c.target_id = t.id)
  UNION ALL
  -- LEFT JOIN: a restore with triggers off need not have brought the target back at all.
  SELECT l.target_id, l.location_id, 'target'
  FROM leases AS l
  LEFT JOIN monitored_targets AS t ON t.id = l.target_id
  WHERE coalesce(l.next_fire_at, l.skip_from) IS NOT NULL
    AND (t.deleted_at IS NULL AND l.location_id = ANY (t.location_ids)) IS NOT TRUE
    AND NOT EXISTS (SELECT FROM target_changes AS c WHERE c.target_id = l.target_id)
) AS odd
WHERE $1::integer[] IS NULL OR odd.target_id = ANY ($1::integer[])
ORDER BY odd.target_id, odd.location_id
LIMIT $2::integer
