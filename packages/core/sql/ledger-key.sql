-- Whether every partition of the ledger has its key: a valid unique index on target, location and tick. With it no tick has
-- two rows that begin with it.
SELECT NOT EXISTS (
  SELECT
  FROM pg_inherits AS partition
  WHERE partition.inhparent = 'check_results'::regclass
    AND NOT EXISTS (
      SELECT
      FROM pg_index AS i
      WHERE i.indrelid = partition.inhrelid
        AND i.indisunique AND i.indisvalid AND i.indimmediate
        AND i.indpred IS NULL AND i.indexprs IS NULL
        AND (
          SELECT array_agg(a.attname::text ORDER BY a.attname)
          FROM unnest(i.indkey[0:i.indnkeyatts - 1]) AS key (attnum)
          JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = key.attnum
        ) = '{location_id,scheduled_at,target_id}'
    )
)
