-- Which of a worker's results are in the ledger as it reported them: asked where finishing recorded fewer than it was
-- given, to tell results that an earlier attempt had recorded (its answer was lost) from those that lost their lease.
--
--   $1 location id   $2 target ids   $3 ticks, ms since 1970   $4 what was measured, packed
--
-- Relies on: the key of the ledger is the tick, and what was measured holds the worker and when it began. The worker alone would
-- not do: a worker that was stopped for longer than its lease may have carried out the same tick again since, but it did not
-- begin it at the same microsecond.
--
-- Plan: function scan on unnest, one partition's key for each row.
SELECT r.place::integer
FROM unnest($2::integer[], $3::float8[], $4::bytea[]) WITH ORDINALITY AS r (target_id, tick_ms, measured, place)
JOIN check_results AS c
  ON c.target_id = r.target_id
 AND c.location_id = $1
 AND c.scheduled_at = to_timestamp(r.tick_ms / 1000)
WHERE c.measured = r.measured
