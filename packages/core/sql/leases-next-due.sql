-- For each location that has something to claim, and somebody to claim it: in how many milliseconds its earliest claimable tick is due (negative
-- when it is overdue). $1 is how far back to look, ms: see leases-claim.sql.
--
-- Plan: the first rows of leases_next_fire_at for each location. Leases whose worker is still busy with the tick before
-- are stepped over: there are no more of them than checks in flight.
SELECT location.id, extract(epoch FROM earliest.next_fire_at - now())::float8 * 1000
FROM locations AS location
CROSS JOIN LATERAL (
  SELECT next_fire_at
  FROM leases
  WHERE location_id = location.id
    AND next_fire_at > now() - $1::float8 * interval '1 millisecond'
    AND (leased_until IS NULL OR leased_until < now() AND open_tick > schedule_from)
  ORDER BY next_fire_at
  LIMIT 1
) AS earliest
WHERE has_worker(location.id, NULL)
