-- Settings of the transaction that makes a proof: room for hash tables of all targets, plans for the numbers at hand.
--
--   $1 the longest time that a statement may take, 0ms for any
SELECT set_config('statement_timeout', $1, true),
       set_config('work_mem', '64MB', true),
       set_config('plan_cache_mode', 'auto', true)
