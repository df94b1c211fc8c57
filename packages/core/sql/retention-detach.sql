-- Takes a partition out of its table, without a lock that anybody waits for: it waits itself, for transactions that use the table. No
-- transaction may be around it. $1 and $2 stand for the quoted names of table and partition.
--
-- It is two transactions: where it is given up in between, the partition is out of sight already, and FINALIZE ends it. A table
-- with a DEFAULT partition refuses it.
ALTER TABLE $1 DETACH PARTITION $2 CONCURRENTLY
