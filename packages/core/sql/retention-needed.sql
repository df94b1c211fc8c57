-- Whether a day of the ledger, from $1 to $2 (exclusive), holds anything, or is going to: a tick of it may still be owed, and would
-- have its partition made again.
--
-- Plan: one row of the partition; leases as a whole, as partitions-ensure.sql. Asked only of days that are too old and not built.
SELECT EXISTS (
    SELECT FROM check_results
    WHERE scheduled_at >= $1::date::timestamp AT TIME ZONE 'UTC' AND scheduled_at < $2::date::timestamp AT TIME ZONE 'UTC'
  ) OR EXISTS (
    SELECT FROM leases WHERE least(next_fire_at, skip_from, open_tick) < $2::date::timestamp AT TIME ZONE 'UTC'
  ) AS needed
