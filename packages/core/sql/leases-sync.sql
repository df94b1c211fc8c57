-- Brings the leases of some targets in line with the targets: makes those that are absent, moves those whose schedule
-- changed (interval, paused, maintenance), stops those that owe nothing any more, and writes the history of all three.
-- Returns how many were created, moved and stopped.
--
--   $1 target ids
--
-- Relies on: monitored_targets.schedule_from is the moment from which the target's present settings hold, a maintenance
-- window's bounds those from which it holds and no longer holds (one that was taken away before its end ends now). The old
-- schedule stays in force for a lease until the last tick of it that was handed out or written: workers that went on while
-- no coordinator was there did what was owed. That is the open tick or the one before the oldest that is owed, even one
-- still to come: a worker whose clock is some milliseconds ahead may have recorded it. Ticks up to that moment which
-- nobody claimed are written here. An open tick is left to its worker: finishing it does not touch the schedule.
--
-- Two changes at the same moment: no tick lies between them, and the later one takes the place of the other in the history.
--
-- Locks leases in the order of their key, as finishing does.
WITH wanted AS (
  SELECT t.id AS target_id, location.id AS location_id, t.interval_s,
         CASE WHEN t.paused THEN 'paused' WHEN maintenance.since IS NOT NULL THEN 'maintenance' END AS skip_code,
         greatest(t.schedule_from, maintenance.since, CASE WHEN maintenance.since IS NULL THEN maintenance.until END)
           AS since
  FROM monitored_targets AS t
  JOIN locations AS location ON location.id = ANY (t.location_ids)
  CROSS JOIN LATERAL (
    SELECT max(w.starts_at) FILTER (WHERE w.ends_at > now()) AS since,
           max(w.ends_at) FILTER (WHERE w.ends_at <= now()) AS until
    FROM maintenance_windows AS w
    WHERE w.starts_at <= now() AND (w.target_ids IS NULL OR t.id = ANY (w.target_ids))
  ) AS maintenance
  WHERE t.id = ANY ($1::integer[])
    AND t.deleted_at IS NULL
), present AS MATERIALIZED (
  SELECT l.target_id, l.location_id, l.interval_s, l.skip_code, owed.due, t.schedule_from AS target_from,
         greatest(l.schedule_from, l.open_tick, CASE
           WHEN owed.due = l.first_tick THEN NULL
           WHEN owed.due = tick_following(l.target_id, l.interval_s, l.first_tick) THEN l.first_tick
           ELSE owed.due - l.interval_s * interval '1 second' END) AS last_handed_out
  FROM leases AS l
  JOIN monitored_targets AS t ON t.id = l.target_id
  CROSS JOIN LATERAL (SELECT coalesce(l.next_fire_at, l.skip_from) AS due) AS owed
  WHERE l.target_id = ANY ($1::integer[])
  ORDER BY l.target_id, l.location_id
  FOR NO KEY UPDATE OF l
), plan AS (
  SELECT p.target_id, p.location_id, p.interval_s, p.skip_code, p.due,
         w.interval_s AS new_interval_s, w.skip_code AS new_skip_code, moment.schedule_from,
         CASE WHEN w.target_id IS NULL THEN NULL
              -- On its grid, and not all at once, go on those who leave maintenance together.
              WHEN w.skip_code IS NOT NULL OR p.skip_code = 'maintenance'
                THEN tick_at_or_before(p.target_id, w.interval_s, moment.schedule_from) + w.interval_s * interval '1 second'
              ELSE first_tick(p.target_id, moment.schedule_from) END AS first_tick
  FROM present AS p
  LEFT JOIN wanted AS w USING (target_id, location_id)
  CROSS JOIN LATERAL (
    SELECT greatest(p.last_handed_out, coalesce(w.since, p.target_from),
                    CASE WHEN p.skip_code = 'maintenance' AND w.skip_code IS NULL AND w.since <= p.last_handed_out
                         THEN now() END) AS schedule_from
  ) AS moment
  WHERE CASE WHEN w.target_id IS NULL THEN p.due IS NOT NULL
             ELSE p.due IS NULL OR p.interval_s <> w.interval_s OR p.skip_code IS DISTINCT FROM w.skip_code END
), passed AS (
  INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, ticks, error_code)
  SELECT run.scheduled_at, p.target_id, p.location_id,
         (CASE WHEN p.skip_code IS NULL THEN 'missed' ELSE 'skipped' END)::check_outcome, run.ticks,
         coalesce(p.skip_code, unclaimed_reason(p.location_id, NULL, p.due))
  FROM plan AS p
  CROSS JOIN LATERAL tick_runs(p.target_id, p.interval_s, p.due,
    1 + ticks_following(p.target_id, p.interval_s, p.due, p.schedule_from)) AS run
  WHERE p.due <= p.schedule_from
  ON CONFLICT DO NOTHING
), moved AS (
  UPDATE leases AS l
  SET interval_s = coalesce(plan.new_interval_s, l.interval_s),
      schedule_from = plan.schedule_from,
      first_tick = plan.first_tick,
      next_fire_at = CASE WHEN plan.new_skip_code IS NULL THEN plan.first_tick END,
      skip_from = CASE WHEN plan.new_skip_code IS NOT NULL THEN plan.first_tick END,
      skip_code = plan.new_skip_code
  FROM plan
  WHERE l.target_id = plan.target_id AND l.location_id = plan.location_id
), absent AS (
  SELECT w.target_id, w.location_id, w.interval_s, w.skip_code, t.schedule_from,
         CASE WHEN w.skip_code IS NULL THEN first_tick(w.target_id, t.schedule_from)
              ELSE tick_at_or_before(w.target_id, w.interval_s, t.schedule_from) + w.interval_s * interval '1 second'
         END AS first_tick
  FROM wanted AS w
  JOIN monitored_targets AS t ON t.id = w.target_id
  WHERE NOT EXISTS (
    SELECT FROM present AS p WHERE p.target_id = w.target_id AND p.location_id = w.location_id
  )
), created AS (
  INSERT INTO leases (target_id, location_id, interval_s, schedule_from, first_tick, next_fire_at, skip_from, skip_code)
  SELECT target_id, location_id, interval_s, schedule_from, first_tick,
         CASE WHEN skip_code IS NULL THEN first_tick END, CASE WHEN skip_code IS NOT NULL THEN first_tick END, skip_code
  FROM absent
), recorded AS (
  INSERT INTO schedules (target_id, location_id, schedule_from, interval_s, first_tick, skip_code)
  SELECT target_id, location_id, schedule_from, new_interval_s, first_tick, new_skip_code FROM plan
  UNION ALL
  SELECT target_id, location_id, schedule_from, interval_s, first_tick, skip_code FROM absent
  ON CONFLICT (target_id, location_id, schedule_from) DO UPDATE
  SET interval_s = excluded.interval_s, first_tick = excluded.first_tick, skip_code = excluded.skip_code
)
SELECT (SELECT count(*) FROM absent)::integer,
       (SELECT count(*) FROM plan WHERE new_interval_s IS NOT NULL)::integer,
       (SELECT count(*) FROM plan WHERE new_interval_s IS NULL)::integer
