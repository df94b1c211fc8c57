-- Notes that the day is built for targets up to $1, or for all of them where $1 is NULL.
UPDATE rollups_progress
SET days_until = CASE WHEN $1::integer IS NULL THEN days_until + 1 ELSE days_until END,
    day_target_id = coalesce($1::integer, 0)
