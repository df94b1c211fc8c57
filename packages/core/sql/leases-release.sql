-- Gives back ticks that were claimed and not begun: they are due again for everybody. Returns how many leases were still held.
--
--   $1 location id   $2 target ids   $3 epochs   $4 ticks, ms since 1970
--
-- Relies on: epoch and tick, as finishing does, and raises the epoch so that nothing can be reported under the old one. A tick whose
-- target has been paused, deleted or given another interval meanwhile is no longer on the lease's schedule; it was owed
-- when it was claimed, so it gets its row here.
WITH held AS MATERIALIZED (
  SELECT l.target_id, l.open_tick, l.next_fire_at IS NOT NULL AND l.open_tick > l.schedule_from AS owed
  FROM leases AS l
  JOIN unnest($2::integer[], $3::integer[], $4::float8[]) AS given (target_id, epoch, tick_ms)
    ON l.target_id = given.target_id
   AND l.epoch = given.epoch
   AND l.open_tick = to_timestamp(given.tick_ms / 1000)
  WHERE l.location_id + 0 = $1::smallint
  ORDER BY l.target_id
  FOR NO KEY UPDATE OF l
), returned AS (
  UPDATE leases AS l
  SET epoch = l.epoch + 1, claimed_by = NULL, open_tick = NULL, leased_until = NULL,
      next_fire_at = CASE WHEN held.owed THEN held.open_tick ELSE l.next_fire_at END
  FROM held
  WHERE l.target_id = held.target_id AND l.location_id + 0 = $1::smallint
), withdrawn AS (
  INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, error_code)
  SELECT open_tick, target_id, $1::smallint, 'skipped', 'target_withdrawn'
  FROM held
  WHERE NOT owed
  ON CONFLICT DO NOTHING
)
SELECT count(*)::integer FROM held
