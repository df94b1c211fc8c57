-- The names of targets and locations, one pair for each pair of ids, in their order; NULL where there is none of that id.
SELECT t.name AS target, l.name AS location
FROM unnest($1::integer[], $2::smallint[]) WITH ORDINALITY AS given (target_id, location_id, position)
LEFT JOIN monitored_targets AS t ON t.id = given.target_id
LEFT JOIN locations AS l ON l.id = given.location_id
ORDER BY given.position
