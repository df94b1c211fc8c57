-- Records a batch of results and closes their leases, in one statement. Returns the target ids of what was recorded.
--
--   $1 location id   $2.. one array per column, sorted by target id (finish-columns.ts)
--
-- Relies on: a claim raises the epoch, so that a lease with the claimed epoch and the claimed tick is still ours (the
-- epoch alone may come again after a crash undid a claim). A result that lost its lease is left out of both, and its
-- caller counts it. Touches no indexed column of leases: the update stays heap-only. The conflict clause is a second
-- fence: the key of the ledger is the tick.
--
-- Plan: function scan on unnest, leases by key (session-settings-hot.sql sees to it). Leases are locked in the order of
-- the arrays, which is that of the key, as in every other statement.
-- `location_id + 0` keeps leases_next_fire_at out of it: with statistics from when the table was small, all leases of the location
-- are as good as one to the planner, and it went through all of them for each result (87 of 2,000 leases: 9.4 ms in place of 1.2).
--
-- Lost: a column for each thing that was measured, 25 arrays in place of 7 (packages/core/src/ledger-row/README.md).
WITH reported AS (
  SELECT *
  FROM unnest(
    $2::integer[], $3::integer[], $4::float8[], $5::check_outcome[], $6::integer[], $7::text[], $8::bytea[]
  ) AS r (target_id, epoch, scheduled_at_ms, outcome, response_time_us, error_code, measured)
), closed AS (
  UPDATE leases AS l
  SET open_tick = NULL, leased_until = NULL, claimed_by = NULL
  FROM reported AS r
  WHERE l.target_id = r.target_id
    AND l.location_id + 0 = $1::smallint
    AND l.epoch = r.epoch
    AND l.open_tick = to_timestamp(r.scheduled_at_ms / 1000)
  RETURNING r.*
)
INSERT INTO check_results (scheduled_at, target_id, response_time_us, outcome, location_id, error_code, measured)
SELECT to_timestamp(scheduled_at_ms / 1000), target_id, response_time_us, outcome, $1::smallint, error_code, measured
FROM closed
ON CONFLICT DO NOTHING
RETURNING target_id
