-- How many targets are in which state now.
-- $1 to $8 as in targets-page.sql, $9 as in targets-by-state.sql, $10 states, or NULL for all
--
-- Relies on, plan: targets-by-state.sql. The words are sorted as bytes: in the order of a language it took 10 ms more.
WITH candidates AS MATERIALIZED (
  SELECT m.id, m.name, m.location_ids, CASE
    WHEN m.paused THEN 'paused'
    WHEN EXISTS (SELECT FROM maintenance_windows w WHERE w.starts_at <= now() AND w.ends_at > now())
         AND EXISTS (
           SELECT FROM maintenance_windows w
           WHERE w.starts_at <= now() AND w.ends_at > now() AND (w.target_ids IS NULL OR m.id = ANY (w.target_ids))
         ) THEN 'maintenance' END AS held
  FROM monitored_targets m
  WHERE (m.deleted_at IS NOT NULL) = $1::boolean
    AND ($2::text IS NULL OR m.name = $2)
    AND ($3::text IS NULL OR position($3 IN lower(m.name)) > 0
         OR position($3 IN lower(m.url)) > 0
            AND position($3 IN lower(substring(m.url FROM '^[^/]*//(?:[^/?#]*@)?([^/?#@]*)'))) > 0)
    AND ($4::text IS NULL OR m.group_name = $4)
    AND ($5::jsonb = '{}' OR m.labels @> $5)
    AND ($6::text IS NULL OR (SELECT l.id FROM locations l WHERE l.name = $6) = ANY (m.location_ids))
    AND (NOT $7::boolean OR m.source IS NOT DISTINCT FROM $8::text)
), lately AS (
  SELECT target_id, array_agg(location_id) AS places,
         min(array_position('{down,degraded,missed,up,skipped}'::check_outcome[], outcome)) AS worst
  FROM (
    SELECT DISTINCT ON (c.target_id, c.location_id) c.target_id, c.location_id, c.outcome
    FROM check_results c
    JOIN candidates m ON m.id = c.target_id AND c.location_id = ANY (m.location_ids)
    WHERE c.scheduled_at > now() - $9::float8 * interval '1 second' AND c.scheduled_at < now() + interval '1 minute'
    ORDER BY c.target_id, c.location_id, c.scheduled_at DESC
  ) AS newest
  GROUP BY target_id
), states AS (
  SELECT m.id, m.name, coalesce(m.held, ('{down,degraded,missed,up,skipped}'::text[])[
    CASE WHEN cardinality(lately.places) = cardinality(m.location_ids) OR lately.worst = 1 THEN lately.worst
    ELSE least(lately.worst, (
      SELECT min(array_position('{down,degraded,missed,up,skipped}'::check_outcome[], newest.outcome))
      FROM unnest(m.location_ids) AS l (id)
      CROSS JOIN LATERAL (
        SELECT c.outcome FROM check_results c
        WHERE c.target_id = m.id AND c.location_id = l.id
          AND c.scheduled_at < now() + interval '1 minute'
        ORDER BY c.scheduled_at DESC
        LIMIT 1
      ) AS newest
      WHERE lately.places IS NULL OR l.id <> ALL (lately.places)
    )) END
  ], 'new') AS state
  FROM candidates m
  LEFT JOIN lately ON lately.target_id = m.id
)
SELECT state, count(*)::integer AS targets
FROM (SELECT state COLLATE "C" AS state FROM states) AS plain
WHERE $10::text[] IS NULL OR state = ANY ($10::text[])
GROUP BY state
