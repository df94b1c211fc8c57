-- Maintenance windows that are planned, running, or have been over for seven days at most, by their beginning.
-- Relies on: there being few of them; people make them.
SELECT w.id, w.starts_at, w.ends_at, w.reason, w.created_at,
       CASE WHEN w.starts_at > now() THEN 'planned' WHEN w.ends_at > now() THEN 'running' ELSE 'over' END AS state,
       (
         SELECT jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) ORDER BY t.name)
         FROM monitored_targets AS t
         WHERE t.id = ANY (w.target_ids)
       ) AS targets
FROM maintenance_windows AS w
WHERE w.ends_at > now() - interval '7 days'
ORDER BY w.starts_at, w.id
