-- How many leases of each location are due and have not been claimed, counted to $1 and no further.
--
-- Plan: a range of leases_next_fire_at for each location, nothing else; leases that are not due are not looked at. Of a
-- million leases none due: 1 ms. All due: 45 ms for the first 100,000, and 690 ms for all of them (two busy cores).
SELECT l.name, due.leases
FROM locations AS l
CROSS JOIN LATERAL (
  SELECT count(*)::integer AS leases
  FROM (
    SELECT FROM leases
    WHERE location_id = l.id AND next_fire_at <= now()
    LIMIT $1::integer
  ) AS counted
) AS due
ORDER BY l.name
