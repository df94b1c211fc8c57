-- Settings of the session that drops partitions. It gives up what it does not get soon: while it waits for an exclusive lock on an old
-- partition, whoever wants that partition queues behind it. Nothing is compiled, as in session-settings.sql (2 s for
-- retention-partitions.sql, PostgreSQL 15).
SELECT set_config('lock_timeout', '2s', false), set_config('statement_timeout', '60s', false),
       set_config('idle_in_transaction_session_timeout', '60s', false), set_config('jit', 'off', false)
