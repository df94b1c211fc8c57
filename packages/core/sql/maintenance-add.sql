-- Adds a maintenance window, unless it names an unknown target, is over already, or would end before it begins. Returns its
-- bounds in any case, its id if it was added, the targets that are unknown, and the time.
-- Relies on: ids of targets being written without leading zeros or signs; a name goes before an id. NULL for the targets
-- stands for all of them; an empty array never comes here, for it would as well.
-- $1 names or ids of targets, or NULL for all; $2 its beginning, or NULL for now; $3 its end, or NULL for $4 milliseconds after
-- its beginning; $5 reason, or NULL
WITH clock AS MATERIALIZED (
  SELECT clock_timestamp() AS now
), span AS MATERIALIZED (
  SELECT now, coalesce($2::timestamptz, now) AS starts_at,
         coalesce($3::timestamptz, coalesce($2::timestamptz, now) + $4::float8 * interval '1 millisecond') AS ends_at
  FROM clock
), found AS (
  SELECT g.given, t.id, t.name
  FROM unnest($1::text[]) AS g (given)
  LEFT JOIN LATERAL (
    SELECT m.id, m.name FROM monitored_targets m
    WHERE m.deleted_at IS NULL AND (m.name = g.given OR m.id::text = g.given)
    ORDER BY m.name = g.given DESC
    LIMIT 1
  ) AS t ON true
), added AS (
  INSERT INTO maintenance_windows (target_ids, starts_at, ends_at, reason)
  SELECT (SELECT array_agg(DISTINCT id) FROM found), starts_at, ends_at, $5::text
  FROM span
  WHERE ends_at > greatest(starts_at, now)
    AND NOT EXISTS (SELECT FROM found WHERE id IS NULL)
  RETURNING id, created_at
)
SELECT added.id, span.now, span.starts_at, span.ends_at, $5::text AS reason, added.created_at,
       CASE WHEN span.starts_at > span.now THEN 'planned' ELSE 'running' END AS state,
       (SELECT jsonb_agg(DISTINCT jsonb_build_object('id', id, 'name', name)) FROM found) AS targets,
       ARRAY (SELECT given FROM found WHERE id IS NULL) AS unknown
FROM span
LEFT JOIN added ON true
