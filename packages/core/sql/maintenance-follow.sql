-- Puts the targets of maintenance windows that have begun or ended since the last time on the list of changed targets.
-- Returns how many windows those were, and in how many milliseconds the next one begins or ends (NULL if none does).
--
-- Relies on: leases-sync.sql asks which windows are in force when it runs; the trigger on maintenance_windows has seen to
-- windows that were changed.
WITH crossed AS (
  UPDATE maintenance_windows
  SET followed_until = now()
  WHERE starts_at > followed_until AND starts_at <= now()
     OR ends_at > followed_until AND ends_at <= now()
     -- The clock has stepped back.
     OR followed_until > now()
  RETURNING target_ids
), changed AS (
  INSERT INTO target_changes (target_id)
  SELECT t.id
  FROM monitored_targets AS t
  WHERE t.deleted_at IS NULL
    AND EXISTS (SELECT FROM crossed WHERE target_ids IS NULL OR t.id = ANY (target_ids))
  ORDER BY t.id
  ON CONFLICT (target_id) DO UPDATE SET changed_at = excluded.changed_at
)
SELECT (SELECT count(*) FROM crossed)::integer,
       (
         SELECT extract(epoch FROM min(bound.at) - now())::float8 * 1000
         FROM maintenance_windows AS w
         CROSS JOIN LATERAL (VALUES (w.starts_at), (w.ends_at)) AS bound (at)
         WHERE bound.at > now()
       )
