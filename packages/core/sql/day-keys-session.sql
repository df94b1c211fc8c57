-- Settings of the session that makes keys of days anew. It waits as long as it takes, whatever the role or the database says of time:
-- that is about those whom somebody waits for.
--
-- It ends soon after its client: the server looks twice a second whether that is there, in the middle of a wait for locks as well; a
-- machine or a network that has vanished is noticed after 10 + 3 x 5 s, and a client that is stopped between two statements after a
-- minute. Systems that refuse client_connection_check_interval: see leader-session.sql. transaction_timeout is there from PostgreSQL 17.
SELECT set_config('statement_timeout', '0', false),
       set_config('lock_timeout', '0', false),
       set_config('idle_session_timeout', '60s', false),
       set_config('tcp_keepalives_idle', '10', false),
       set_config('tcp_keepalives_interval', '5', false),
       set_config('tcp_keepalives_count', '3', false),
       CASE WHEN current_setting('server_version_num')::integer >= 170000 THEN set_config('transaction_timeout', '0', false) END,
       CASE WHEN version() ~ 'linux|darwin|apple|bsd' THEN set_config('client_connection_check_interval', '500ms', false) END
