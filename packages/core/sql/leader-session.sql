-- Settings of the session that leads, or tries to. With the keepalives the server notices within about 4 s that the
-- leader's machine has vanished, and gives its lock to the next.
SELECT set_config('statement_timeout', '30s', false),
       set_config('lock_timeout', '3s', false),
       set_config('idle_in_transaction_session_timeout', '10s', false),
       set_config('tcp_keepalives_idle', '1', false),
       set_config('tcp_keepalives_interval', '1', false),
       set_config('tcp_keepalives_count', '3', false),
       set_config('tcp_user_timeout', '4000', false)
