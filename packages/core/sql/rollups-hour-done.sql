-- Notes that the hour is built for targets up to $1, or for all of them where $1 is NULL.
UPDATE rollups_progress
SET hours_until = CASE WHEN $1::integer IS NULL THEN hours_until + interval '1 hour' ELSE hours_until END,
    hour_target_id = coalesce($1::integer, 0)
