-- What became of the ticks of some targets since a moment: ticks by outcome, and quantiles of what was measured; the
-- row with target_id NULL is all of them together. A run of missed ticks is one row and counts as many ticks as it has.
-- Relies on: the ledger's key: one index range for each target and location, in the partitions since then.
-- $1 target ids, $2 since
SELECT
  c.target_id,
  coalesce(sum(c.ticks), 0)::integer AS ticks,
  coalesce(sum(c.ticks) FILTER (WHERE c.outcome = 'up'), 0)::integer AS up,
  coalesce(sum(c.ticks) FILTER (WHERE c.outcome = 'degraded'), 0)::integer AS degraded,
  coalesce(sum(c.ticks) FILTER (WHERE c.outcome = 'down'), 0)::integer AS down,
  coalesce(sum(c.ticks) FILTER (WHERE c.outcome = 'missed'), 0)::integer AS missed,
  coalesce(sum(c.ticks) FILTER (WHERE c.outcome = 'skipped'), 0)::integer AS skipped,
  percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY c.response_time_us / 1000.0::float8) AS response_time_ms,
  percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
    ORDER BY lateness_us_of(c.measured) / 1000.0::float8
  ) AS lateness_ms
FROM unnest($1::integer[]) AS t (id)
CROSS JOIN locations l
JOIN check_results c ON c.target_id = t.id AND c.location_id = l.id AND c.scheduled_at >= $2
GROUP BY GROUPING SETS ((c.target_id), ())
