-- The last target of a batch: those after $1 that have so many ticks an hour ($2) together; NULL: all that are left.
--
-- Relies on: leases stay when their targets are deleted. Plan: the key of leases, as far as the batch goes.
SELECT target_id
FROM (
  SELECT target_id, sum(1 + 3600 / interval_s) OVER (ORDER BY target_id, location_id) AS ticks
  FROM leases
  WHERE target_id > $1::integer
) AS l
WHERE ticks >= $2::integer
ORDER BY target_id
LIMIT 1
