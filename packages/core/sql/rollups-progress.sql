-- How far rollups have been built, and what there is to do: the hour and the day that come next, if they are over. An hour is left
-- alone for two minutes after its end, longer than any statement takes that follows a change of a target made within it.
SELECT p.hours_until, p.hour_target_id, to_char(p.days_until, 'YYYY-MM-DD') AS days_until, p.day_target_id,
       p.hours_until + interval '1 hour' <= now() - interval '2 minutes' AS hour_is_over,
       (p.days_until + 1)::timestamp AT TIME ZONE 'UTC' <= p.hours_until AS day_is_over
FROM rollups_progress AS p
