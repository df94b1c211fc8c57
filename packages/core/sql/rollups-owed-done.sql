-- Those whose hour has been built are owed from the next one on; those that have caught up are not owed any more.
--
--   $1 hour   $2 target ids
--
-- In an hour that is being swept, those that the sweep has come past are owed: it left them out.
--
-- Relies on: the same transaction and moment as rollups-hour.sql.
WITH done AS (
  SELECT o.target_id, o.location_id,
         $1::timestamptz + interval '1 hour' > p.hours_until
           OR $1::timestamptz + interval '1 hour' = p.hours_until AND o.target_id > p.hour_target_id AS caught_up
  FROM rollups_owed AS o
  CROSS JOIN rollups_progress AS p
  LEFT JOIN leases AS l ON l.target_id = o.target_id AND l.location_id = o.location_id
  WHERE o.since = $1::timestamptz AND o.target_id = ANY ($2::integer[])
    AND coalesce(least(l.next_fire_at, l.skip_from, l.open_tick) >= o.since + interval '1 hour', true)
    AND NOT EXISTS (SELECT FROM target_changes AS c WHERE c.target_id = o.target_id)
), moved AS (
  UPDATE rollups_owed AS o
  SET since = $1::timestamptz + interval '1 hour'
  FROM done
  WHERE o.target_id = done.target_id AND o.location_id = done.location_id AND NOT done.caught_up
)
DELETE FROM rollups_owed AS o
USING done
WHERE o.target_id = done.target_id AND o.location_id = done.location_id AND done.caught_up
