-- Deletes requests that nobody came back for: whoever had asked died meanwhile.
--
-- Plan: a scan of the table, which is empty nearly always.
DELETE FROM check_requests WHERE requested_at < clock_timestamp() - interval '1 hour'
