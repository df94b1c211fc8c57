-- Settings of the sessions that claim and finish, beside session-settings.sql; $1 is whether they last only until the
-- transaction ends. Their statements have one right plan: nested loops over index scans, in the order of the arrays.
-- With statistics from before the leases were added, the planner would sort or hash whole tables instead (claim 123 ms
-- instead of 28, finish 78 instead of 2, with 300,000 leases), and lock leases in an order of its own, which ends in
-- deadlocks with leases-sync.sql.
SELECT set_config('plan_cache_mode', 'force_generic_plan', $1),
       set_config('enable_hashjoin', 'off', $1),
       set_config('enable_mergejoin', 'off', $1),
       set_config('enable_bitmapscan', 'off', $1),
       set_config('enable_seqscan', 'off', $1)
