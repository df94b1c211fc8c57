-- Settings of the session that leads, or tries to. With the keepalives the server notices within about 4 s that the
-- leader's machine has vanished, and with the idle timeouts that the leader has stopped (the waker alone asks twice a
-- second); in both cases it gives the lock to the next. Generic plans: see session-settings-hot.sql.
SELECT set_config('statement_timeout', '8s', false),
       set_config('lock_timeout', '3s', false),
       set_config('idle_session_timeout', '4s', false),
       set_config('idle_in_transaction_session_timeout', '4s', false),
       set_config('plan_cache_mode', 'force_generic_plan', false),
       set_config('tcp_keepalives_idle', '1', false),
       set_config('tcp_keepalives_interval', '1', false),
       set_config('tcp_keepalives_count', '3', false),
       set_config('tcp_user_timeout', '4000', false)
