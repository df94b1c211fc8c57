-- Takes away the day of targets that is about to be built again, as rollups-day.sql does. Where retention has dropped its hours,
-- what there is stays.
--
--   $1 day   $2, $3 first and last target id   $4 of these, or NULL for all of them
DELETE FROM rollups_daily AS d
WHERE d.day = $1::date
  AND d.target_id BETWEEN $2::integer AND $3::integer AND ($4::integer[] IS NULL OR d.target_id = ANY ($4::integer[]))
  AND $1::date >= (SELECT hourly_from FROM rollups_progress)
  AND NOT EXISTS (
    SELECT FROM rollups_owed AS o
    WHERE o.target_id = d.target_id AND o.location_id = d.location_id
      AND o.since < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'
  )
