-- A page of those targets that are in certain states (targets-page.sql says what decides them): their ids and names, by name.
--
--   $1 to $8 as in targets-page.sql   $9 how far back the newest results are looked for together, in seconds
--   $10 states   $11 and $12 name and id of the target before the page   $13 how many
--
-- No index knows which result is the newest of its target, and nothing that is written with each result shall grow. So the
-- rows of the last $9 seconds are read at once, by the block range index: of the time in which targets have one and a quarter
-- results each on average (targets-crowd.sql), which is nearly all of them where intervals are alike, and never more than one
-- and a quarter rows a target. Whoever has none in that time, with a longer interval or for other reasons, is looked up by itself,
-- by the key, in full. Where few targets are asked for, $9 is 0, and each is looked up.
-- A result of the last $9 seconds being there, the newest of them is the newest of all of that target and location. Of a target
-- that has none of some of its locations those are looked up, unless it is down by another: there is nothing worse.
--
-- 10,000 targets and 100,800,000 results of a week, two busy cores: 30 ms. Lost: each target looked up by itself, 95 ms (9 us
-- each, whether of all partitions or of the newest two), and 260 ms where the partitions of the next seven days are probed as
-- well; the last three minutes for everybody, 43 ms.
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
    AND ($11::text IS NULL OR (m.name, m.id) > ($11, $12::integer))
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
SELECT id, name
FROM states
WHERE state = ANY ($10::text[])
ORDER BY name, id
LIMIT $13
