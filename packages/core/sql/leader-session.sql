-- Settings of the session that leads, or tries to. They bound how long the server holds the lock for a leader that is no
-- more, so that another leads within 5 s (it asks two to four times a second):
--
--   stopped, or behind something that swallows bytes    idle timeouts: 3 s. A leader asks at least once a second.
--   its machine has vanished, its network is cut        keepalives: noticed after 1 + 2 x 1 s
--   killed while a statement of it runs                 the server looks twice a second whether the client is there
--
-- What is left is a statement that runs on for a leader that is merely silent: the idle timeout begins at its end. Only
-- the server's systems without epoll or kqueue refuse client_connection_check_interval; there it stays off.
--
-- Generic plans: see session-settings-hot.sql. Nothing is compiled: see session-settings.sql (leases-skip.sql, every ten
-- seconds, 1,300 ms with it, 15 without, 100,000 leases, PostgreSQL 15).
SELECT set_config('statement_timeout', '8s', false),
       set_config('lock_timeout', '1500ms', false),
       set_config('idle_session_timeout', '3s', false),
       set_config('idle_in_transaction_session_timeout', '3s', false),
       set_config('plan_cache_mode', 'force_generic_plan', false),
       set_config('jit', 'off', false),
       set_config('tcp_keepalives_idle', '1', false),
       set_config('tcp_keepalives_interval', '1', false),
       set_config('tcp_keepalives_count', '2', false),
       set_config('tcp_user_timeout', '3000', false),
       CASE WHEN version() ~ 'linux|darwin|apple|bsd' THEN set_config('client_connection_check_interval', '500ms', false) END
