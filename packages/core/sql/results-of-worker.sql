-- Which of a worker's results are in the ledger as it reported them: asked where finishing recorded fewer than it was
-- given, to tell results that an earlier attempt had recorded (its answer was lost) from those that lost their lease.
--
--   $1 location id   $2 worker id   $3 target ids   $4 ticks, ms since 1970   $5 started_at, ms since 1970 or NULL
--
-- Relies on: the key of the ledger is the tick. The worker alone would not do: a worker that was stopped for longer than
-- its lease may have carried out the same tick again since, but it did not begin it at the same microsecond.
--
-- Plan: function scan on unnest, one partition's key for each row.
SELECT r.place::integer
FROM unnest($3::integer[], $4::float8[], $5::float8[]) WITH ORDINALITY AS r (target_id, tick_ms, started_at_ms, place)
JOIN check_results AS c
  ON c.target_id = r.target_id
 AND c.location_id = $1
 AND c.scheduled_at = to_timestamp(r.tick_ms / 1000)
WHERE c.worker_id = $2
  AND c.started_at IS NOT DISTINCT FROM to_timestamp(r.started_at_ms / 1000)
