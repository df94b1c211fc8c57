-- Settings of the sessions that claim and finish, beside session-settings.sql. Their statements have one right plan, by
-- key; with statistics from before the leases were added, a custom plan sorts or hashes the whole table instead (claim
-- 123 ms instead of 28, finish 78 instead of 2, with 300,000 leases).
SELECT set_config('plan_cache_mode', 'force_generic_plan', false)
