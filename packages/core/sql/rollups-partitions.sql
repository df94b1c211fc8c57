-- Makes the partitions of rollups for the month and the year of a day.
SELECT ensure_rollups_partitions($1::date)
