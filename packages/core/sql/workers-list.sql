-- Workers that are there, and those that were heard of within the last day, by location and name.
--
-- Plan: one scan of workers, which has a row for each process that ever ran.
SELECT w.id, w.name, l.name AS location, w.started_at, w.seen_at,
       w.stopped_at IS NULL AND w.seen_at > now() - interval '15 seconds' AS alive
FROM workers AS w
JOIN locations AS l ON l.id = w.location_id
WHERE w.seen_at > now() - interval '1 day'
ORDER BY l.name, w.name, w.id
