-- Begins a transaction that builds rollups: one at a time, whoever leads or rebuilds, and with the snapshot of the moment at
-- which it is its turn. Neither SET nor LOCK takes a snapshot. Readers of the table are not kept waiting.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SET LOCAL lock_timeout = '3s';
LOCK TABLE rollups_progress IN EXCLUSIVE MODE
