-- Takes away the hour of targets and locations that are about to be built again.
--
--   $1 hour   $2, $3 first and last target id   $4 of these, or NULL for all of them   $5 'owed' or 'rebuild'
--
-- Relies on: the same transaction and moment as rollups-hour.sql, which has the same conditions. Where retention has dropped the
-- ledger of the hour, or of what may have held when it began, what there is stays: it was built from more than is left.
DELETE FROM rollups_hourly AS h
WHERE h.hour = $1::timestamptz
  AND h.target_id BETWEEN $2::integer AND $3::integer AND ($4::integer[] IS NULL OR h.target_id = ANY ($4::integer[]))
  AND $1::timestamptz >= (SELECT raw_from + interval '37 hours' FROM rollups_progress)
  AND NOT EXISTS (SELECT FROM target_changes AS c WHERE c.target_id = h.target_id)
  AND NOT EXISTS (
    SELECT FROM leases AS l
    WHERE l.target_id = h.target_id AND l.location_id = h.location_id
      AND least(l.next_fire_at, l.skip_from, l.open_tick) < $1::timestamptz + interval '1 hour'
  )
  AND CASE WHEN $5::text = 'owed'
           THEN EXISTS (SELECT FROM rollups_owed AS o
                        WHERE o.target_id = h.target_id AND o.location_id = h.location_id AND o.since = $1::timestamptz)
           ELSE NOT EXISTS (SELECT FROM rollups_owed AS o
                            WHERE o.target_id = h.target_id AND o.location_id = h.location_id AND o.since <= $1::timestamptz) END
