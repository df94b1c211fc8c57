-- Targets and locations of which a tick has more than one row. Asked only where the ledger has lost its key.
--
--   $1 from (inclusive)   $2 to (exclusive)   $3 target ids, or NULL for all
SELECT DISTINCT target_id, location_id
FROM (
  SELECT target_id, location_id
  FROM check_results
  WHERE scheduled_at >= $1::timestamptz - interval '1 hour' AND scheduled_at < $2
    AND ($3::integer[] IS NULL OR target_id = ANY ($3::integer[]))
  GROUP BY target_id, location_id, scheduled_at
  HAVING count(*) > 1
) AS repeated
