-- Settings of a session: $1 is the longest time a statement may take, $2 whether the settings last only until the
-- transaction ends. A transaction left open would stop vacuum, and claims would walk over ever more dead index entries.
--
-- Nothing is compiled: bounds that are known only when a statement runs make the planner expect whole days of rows, and
-- compiling takes longer than the rows do (target-metrics.sql: 125 ms with it, 77 without, 7,000 rows, PostgreSQL 15).
--
-- As a statement and not as start-up parameters, which poolers refuse.
SELECT set_config('statement_timeout', $1, $2), set_config('idle_in_transaction_session_timeout', '60s', $2),
       set_config('jit', 'off', $2)
