-- A page of targets by name, each with the result that decides its state.
--
--   $1 true for removed ones   $2 name   $3 search, in small letters   $4 group   $5 labels   $6 location
--   $7 whether $8 counts   $8 source   $9 ids   $10 and $11 name and id of the target before the page   $12 how many
--   NULL, and {} for labels: anything goes
--
-- The search sees the host of a URL, not its user, password, path or query.
--
-- What decides the state of a target is the worst one among the newest results of its locations: down, degraded, missed, up,
-- skipped; among equals the newest, then that of the location with the smallest id. The same stands in target-get.sql,
-- targets-list.sql, targets-by-state.sql and targets-overview.sql, and must not differ.
--
-- Relies on: a plan made for the values, so that conditions that are not asked for are none; the ledger's key, for the newest
-- results of the page alone: for each target and location one descending index probe, newest partition first, that stops
-- at the first row; no result being of the future, for which partitions are there already and would be probed first.
--
-- Plan: monitored_targets_name from the last name on, and for removed ones a scan. Of 10,000 targets: a page of 50 in 5 ms, a
-- search that finds nothing in 14 ms (45 where the regular expression is tried on each URL, and not only on those that hold
-- the text somewhere). No index for groups, labels and sources: the scan takes 5 ms, and a trigram index for the search would
-- need an extension.
SELECT
  t.id, t.name, t.url, t.interval_s, t.timeout_ms, t.match_pattern, t.group_name, t.labels, t.source, t.options, t.paused,
  t.created_at, t.updated_at, t.deleted_at,
  ARRAY (SELECT l.name FROM locations l WHERE l.id = ANY (t.location_ids) ORDER BY l.id) AS locations,
  EXISTS (
    SELECT FROM maintenance_windows w
    WHERE w.starts_at <= now() AND w.ends_at > now() AND (w.target_ids IS NULL OR t.id = ANY (w.target_ids))
  ) AS in_maintenance,
  (SELECT l.name FROM locations l WHERE l.id = r.location_id) AS result_location,
  r.scheduled_at, m.started_at, r.outcome, m.http_status, r.response_time_us, r.error_code, m.error_detail, r.ticks
FROM (
  SELECT *
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
    AND ($9::integer[] IS NULL OR m.id = ANY ($9))
    AND ($10::text IS NULL OR (m.name, m.id) > ($10, $11::integer))
  ORDER BY m.name, m.id
  LIMIT $12
) AS t
LEFT JOIN LATERAL (
  SELECT newest.*
  FROM unnest(t.location_ids) AS l (id)
  CROSS JOIN LATERAL (
    SELECT c.* FROM check_results c
    WHERE c.target_id = t.id AND c.location_id = l.id
      AND c.scheduled_at < now() + interval '1 minute'
    ORDER BY c.scheduled_at DESC
    LIMIT 1
  ) AS newest
  ORDER BY array_position('{down,degraded,missed,up,skipped}'::check_outcome[], newest.outcome), newest.scheduled_at DESC,
           newest.location_id
  LIMIT 1
) AS r ON true
LEFT JOIN LATERAL measurements_of(r.measured, r.scheduled_at, r.response_time_us) AS m ON true
ORDER BY t.name, t.id
