-- Brings the leases of some targets in line with the targets: makes those that are absent, moves those whose interval
-- changed, stops those that owe nothing any more. Returns how many were created, moved and stopped.
--
--   $1 target ids
--
-- Relies on: monitored_targets.schedule_from is the moment from which the target's present schedule is owed. The old one
-- stays in force for a lease until the last tick of it that was handed out: workers that went on while no coordinator
-- was there did what was owed. (That is the open tick, or else one that has come: the grid's tick before next_fire_at may
-- be one that the schedule's first tick left out.) Its ticks before that moment which nobody claimed are written as
-- missed. An open tick is left to its worker: finishing it does not touch the schedule.
--
-- Locks leases in the order of their key, as finishing does.
WITH wanted AS (
  SELECT t.id AS target_id, location.id AS location_id, t.interval_s
  FROM monitored_targets AS t
  JOIN locations AS location ON location.id = ANY (t.location_ids)
  WHERE t.id = ANY ($1::integer[])
    AND t.deleted_at IS NULL
    AND NOT t.paused
), present AS MATERIALIZED (
  SELECT l.target_id, l.location_id, l.interval_s, l.next_fire_at,
         greatest(t.schedule_from, l.open_tick, CASE WHEN passed.tick <= now() THEN passed.tick END) AS schedule_from
  FROM leases AS l
  JOIN monitored_targets AS t ON t.id = l.target_id
  CROSS JOIN LATERAL (
    SELECT tick_at_or_before(l.target_id, l.interval_s, l.next_fire_at - interval '1 millisecond') AS tick
  ) AS passed
  WHERE l.target_id = ANY ($1::integer[])
  ORDER BY l.target_id, l.location_id
  FOR NO KEY UPDATE OF l
), plan AS (
  SELECT p.*, w.interval_s AS new_interval_s
  FROM present AS p
  LEFT JOIN wanted AS w USING (target_id, location_id)
  WHERE CASE WHEN w.target_id IS NULL THEN p.next_fire_at IS NOT NULL
             ELSE p.next_fire_at IS NULL OR p.interval_s <> w.interval_s END
), missed AS (
  INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, ticks, error_code)
  SELECT next_fire_at, target_id, location_id, 'missed',
         1 + ticks_following(target_id, interval_s, next_fire_at, schedule_from), 'unclaimed'
  FROM plan
  WHERE next_fire_at <= schedule_from
  ON CONFLICT DO NOTHING
), moved AS (
  UPDATE leases AS l
  SET interval_s = coalesce(plan.new_interval_s, l.interval_s),
      schedule_from = plan.schedule_from,
      next_fire_at = CASE WHEN plan.new_interval_s IS NOT NULL THEN first_tick(plan.target_id, plan.schedule_from) END
  FROM plan
  WHERE l.target_id = plan.target_id AND l.location_id = plan.location_id
), created AS (
  INSERT INTO leases (target_id, location_id, interval_s, schedule_from, next_fire_at)
  SELECT w.target_id, w.location_id, w.interval_s, t.schedule_from, first_tick(w.target_id, t.schedule_from)
  FROM wanted AS w
  JOIN monitored_targets AS t ON t.id = w.target_id
  WHERE NOT EXISTS (
    SELECT FROM present AS p WHERE p.target_id = w.target_id AND p.location_id = w.location_id
  )
  RETURNING 1
)
SELECT (SELECT count(*) FROM created)::integer,
       (SELECT count(*) FROM plan WHERE new_interval_s IS NOT NULL)::integer,
       (SELECT count(*) FROM plan WHERE new_interval_s IS NULL)::integer
