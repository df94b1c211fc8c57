-- Gives back requests that were taken and not begun.
--
--   $1 ids   $2 worker id
UPDATE check_requests
SET claimed_by = NULL
WHERE id = ANY ($1::uuid[]) AND claimed_by = $2 AND finished_at IS NULL
