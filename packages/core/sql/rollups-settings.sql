-- Settings of a transaction that builds rollups: room to sort an hour of many targets, plans for the numbers at hand.
--
--   $1 the longest time that a statement may take
SELECT set_config('statement_timeout', $1, true),
       set_config('work_mem', '64MB', true),
       set_config('jit', 'off', true),
       set_config('plan_cache_mode', 'auto', true),
       set_config('TimeZone', 'UTC', true)
