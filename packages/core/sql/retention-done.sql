-- Notes that a partition has been dropped.
DELETE FROM partitions_dropping WHERE name = $1::text
