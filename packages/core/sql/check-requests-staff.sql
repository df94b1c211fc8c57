-- Whether a location has workers that have been heard of lately; NULL where there is no such location; and the names of all.
--
--   $1 location
SELECT (SELECT has_worker(id, NULL) FROM locations WHERE name = $1) AS has_worker,
       ARRAY (SELECT name FROM locations ORDER BY name) AS locations
