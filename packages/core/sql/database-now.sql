-- The database clock, the only one that times in the ledger are compared with.
SELECT clock_timestamp() AS now
