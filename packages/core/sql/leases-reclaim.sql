-- Takes ticks back from workers that let their lease expire. Returns how many can run again, and how many were written
-- as missed.
--
-- Relies on: a tick runs again if it is still the newest one, and there is a worker to run it besides the one that let it
-- expire, which may be dead without anybody knowing yet. What is left is written as missed: a tick whose follower is due,
-- one that left the schedule meanwhile (target paused, deleted, interval changed), one that nobody is there for. The next
-- claim of a lease settles its expired tick as well; so short intervals need no leader.
--
-- Run by the leading coordinator every few seconds, and now and then by workers that hear of no coordinator.
--
-- Plan: a sequential scan (44 ms for a million leases). An index on leased_until
-- would cost every claim and every finish more than that.
WITH expired AS MATERIALIZED (
  SELECT target_id, location_id, open_tick,
         coalesce(next_fire_at > now(), false) AND open_tick > schedule_from AND has_worker(location_id, claimed_by) AS owed
  FROM leases
  WHERE leased_until < now()
  FOR NO KEY UPDATE SKIP LOCKED
), returned AS (
  UPDATE leases AS l
  SET epoch = l.epoch + 1, claimed_by = NULL, open_tick = NULL, leased_until = NULL,
      next_fire_at = CASE WHEN expired.owed THEN expired.open_tick ELSE l.next_fire_at END
  FROM expired
  WHERE l.target_id = expired.target_id AND l.location_id = expired.location_id
), missed AS (
  INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, error_code)
  SELECT open_tick, target_id, location_id, 'missed', 'worker_lost'
  FROM expired
  WHERE NOT owed
  ON CONFLICT DO NOTHING
)
SELECT count(*) FILTER (WHERE owed)::integer, count(*) FILTER (WHERE NOT owed)::integer FROM expired
