-- The present targets as a set can say them, by name.
-- $1 source, or NULL: of any; $2 true: of no source; $3 group, or NULL: of any or none; $4 labels that all hold (an object,
-- as JSON)
SELECT t.name, t.url, t.interval_s, t.timeout_ms, t.match_pattern, t.group_name, t.labels, t.options, t.paused, t.source,
       ARRAY (SELECT l.name FROM locations l WHERE l.id = ANY (t.location_ids) ORDER BY l.id) AS locations
FROM monitored_targets t
WHERE t.deleted_at IS NULL
  AND ($1::text IS NULL OR t.source = $1::text)
  AND (NOT $2::boolean OR t.source IS NULL)
  AND ($3::text IS NULL OR t.group_name = $3::text)
  AND t.labels @> $4::jsonb
ORDER BY t.name COLLATE "C"
