-- Who has caught up, of those that are owed from the oldest hour on for which anybody has: that hour and the targets, $1 at most.
--
-- Settled as in rollups-hour.sql. An hour that no sweep has come to yet waits for it.
--
-- Plan: rollups_owed as a whole, which has a row for each pair that is behind: a daily interval, a location without workers.
-- 100,000 of them: 150 ms where all have caught up, 44 where none has.
SELECT hour, array_agg(target_id ORDER BY target_id) AS target_ids
FROM (
  SELECT DISTINCT o.since AS hour, o.target_id, min(o.since) OVER () AS oldest
  FROM rollups_owed AS o
  LEFT JOIN leases AS l ON l.target_id = o.target_id AND l.location_id = o.location_id
  WHERE coalesce(least(l.next_fire_at, l.skip_from, l.open_tick) >= o.since + interval '1 hour', true)
    AND NOT EXISTS (SELECT FROM target_changes AS c WHERE c.target_id = o.target_id)
    AND o.since < (SELECT hours_until FROM rollups_progress)
  ORDER BY hour, target_id
  LIMIT $1::integer
) AS ready
WHERE hour = oldest
GROUP BY hour
