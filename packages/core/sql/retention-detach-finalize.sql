-- Ends a DETACH ... CONCURRENTLY that was given up. It locks the partition, which nobody sees any more, and waits for older snapshots.
-- $1 and $2 stand for the quoted names of table and partition.
ALTER TABLE $1 DETACH PARTITION $2 FINALIZE
