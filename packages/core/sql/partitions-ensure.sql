-- Makes the ledger's partitions from the day (UTC) of the oldest tick that is still owed until $1 days from today.
-- Returns how many were made.
SELECT ensure_check_results_partitions(
  (least((SELECT min(least(next_fire_at, skip_from, open_tick)) FROM leases), now() - interval '1 day') AT TIME ZONE 'UTC')::date,
  (now() AT TIME ZONE 'UTC')::date + $1::integer
)
