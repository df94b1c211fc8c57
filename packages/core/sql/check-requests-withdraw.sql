-- Takes a request back. With $2, only one that nobody has taken: whoever claims it at the same moment has either come first,
-- and no row comes back, or finds none.
--
--   $1 id   $2 whether it must not have been claimed
DELETE FROM check_requests WHERE id = $1 AND (claimed_by IS NULL OR NOT $2::boolean) RETURNING id
