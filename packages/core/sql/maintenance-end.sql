-- Ends maintenance windows, all or none: one that is running ends now, one that has not begun is deleted. What is over
-- already or is no window (state NULL) stops the whole batch.
-- Relies on: the trigger on maintenance_windows, which tells the leading coordinator.
-- $1 ids
WITH clock AS MATERIALIZED (
  SELECT clock_timestamp() AS now
), found AS (
  SELECT g.id AS given, g.position, w.ends_at,
         CASE WHEN w.starts_at >= clock.now THEN 'planned'
              WHEN w.ends_at > clock.now THEN 'running'
              WHEN w.id IS NOT NULL THEN 'over' END AS state
  FROM clock
  CROSS JOIN unnest($1::integer[]) WITH ORDINALITY AS g (id, position)
  LEFT JOIN maintenance_windows AS w ON w.id = g.id
), refused AS (
  SELECT FROM found WHERE state IS NULL OR state = 'over'
), ended AS (
  UPDATE maintenance_windows AS w
  SET ends_at = clock.now
  FROM clock
  WHERE w.id IN (SELECT given FROM found WHERE state = 'running')
    AND w.ends_at > clock.now
    AND NOT EXISTS (SELECT FROM refused)
), deleted AS (
  DELETE FROM maintenance_windows
  WHERE id IN (SELECT given FROM found WHERE state = 'planned')
    AND NOT EXISTS (SELECT FROM refused)
)
SELECT given AS id, state, ends_at FROM found ORDER BY position
