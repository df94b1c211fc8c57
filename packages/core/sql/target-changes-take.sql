-- Takes up to $1 changed targets off the list, inside the transaction that will bring their leases up to date.
--
-- Relies on: the trigger on monitored_targets locks the row of a change that has not committed, so SKIP LOCKED leaves it
-- for the next round. The leases are synchronised by a second statement of the same transaction, whose snapshot sees
-- every change taken here.
DELETE FROM target_changes
WHERE target_id IN (SELECT target_id FROM target_changes LIMIT $1::integer FOR UPDATE SKIP LOCKED)
RETURNING target_id
