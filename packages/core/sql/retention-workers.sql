-- Deletes workers that ended before the ledger's oldest whole day: no result that is left can be theirs. One that died without saying
-- so, or is cut off and may come back, is kept for 90 days more.
DELETE FROM workers
WHERE seen_at < (SELECT raw_from FROM rollups_progress) - interval '2 days'
  AND (stopped_at IS NOT NULL OR seen_at < now() - interval '90 days')
