-- How many targets and locations a rebuild of an hour leaves as they are, because their ledger of it is not final: a change waits to be
-- followed, a tick of it is owed, or they are behind in any case and the leader builds them when they have caught up.
--
--   $1 hour   $2, $3 first and last target id   $4 of these, or NULL for all of them
--
-- Relies on: the conditions of rollups-hour.sql. Plan: leases of the targets by their key.
SELECT count(*)::integer AS pairs
FROM leases AS l
WHERE l.target_id BETWEEN $2::integer AND $3::integer AND ($4::integer[] IS NULL OR l.target_id = ANY ($4::integer[]))
  AND EXISTS (
    SELECT FROM schedules AS s
    WHERE s.target_id = l.target_id AND s.location_id = l.location_id AND s.first_tick < $1::timestamptz + interval '1 hour'
  )
  AND (EXISTS (SELECT FROM target_changes AS c WHERE c.target_id = l.target_id)
       OR least(l.next_fire_at, l.skip_from, l.open_tick) < $1::timestamptz + interval '1 hour'
       OR EXISTS (SELECT FROM rollups_owed AS o
                  WHERE o.target_id = l.target_id AND o.location_id = l.location_id AND o.since <= $1::timestamptz))
