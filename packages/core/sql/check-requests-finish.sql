-- Answers a request. Nothing happens where nobody waits for it any more, and its row is gone.
--
--   $1 id   $2 worker id   $3 report
UPDATE check_requests
SET finished_at = clock_timestamp(), report = $3::jsonb
WHERE id = $1 AND claimed_by = $2 AND finished_at IS NULL
