-- Takes ticks back from workers that let their lease expire. Returns how many can run again, and how many were written
-- as missed.
--
-- Relies on: leases whose next tick is already due are settled by the next claim of them, so only the others are looked
-- at: a tick that is still the newest one runs again; one that left the schedule meanwhile (target paused, deleted,
-- interval changed) is written as missed.
--
-- Run by the leading coordinator every few seconds, and now and then by workers that hear of no coordinator.
--
-- Plan: a sequential scan (44 ms for a million leases). An index on leased_until
-- would cost every claim and every finish more than that.
WITH expired AS MATERIALIZED (
  SELECT target_id, location_id, open_tick,
         next_fire_at IS NOT NULL AND open_tick > schedule_from AS owed
  FROM leases
  WHERE leased_until < now()
    AND (next_fire_at IS NULL OR next_fire_at > now() OR open_tick <= schedule_from)
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
