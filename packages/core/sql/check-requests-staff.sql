-- Whether a location has workers that have been heard of lately; NULL where there is no such location; how many checks that
-- were asked for are under way there; and the names of all locations.
--
--   $1 location
SELECT (SELECT has_worker(id, NULL) FROM locations WHERE name = $1) AS has_worker,
       (
         SELECT count(*)::integer
         FROM check_requests AS r
         JOIN locations AS l ON l.id = r.location_id
         WHERE l.name = $1 AND r.claimed_by IS NOT NULL AND r.finished_at IS NULL
       ) AS under_way,
       ARRAY (SELECT name FROM locations ORDER BY name) AS locations
