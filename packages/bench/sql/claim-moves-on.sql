-- The design in force: claiming moves next_fire_at on, finishing touches no indexed column (heap-only update). Abandoned
-- leases are found by a sequential scan every two seconds, which is part of this measurement.
-- setup
CREATE TABLE lease_design (
  target_id integer NOT NULL, location_id smallint NOT NULL, epoch integer NOT NULL DEFAULT 0, interval_s integer NOT NULL,
  claimed_by integer, next_fire_at timestamptz, open_tick timestamptz, leased_until timestamptz,
  PRIMARY KEY (target_id, location_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
INSERT INTO lease_design (target_id, location_id, interval_s, next_fire_at)
SELECT i, 1, 3600, now() - i * interval '1 millisecond'
FROM generate_series(1, (SELECT leases FROM lease_design_size)) AS i;
CREATE INDEX ON lease_design (location_id, next_fire_at);
-- claim
UPDATE lease_design AS l
SET epoch = l.epoch + 1, claimed_by = 1, open_tick = l.next_fire_at,
    next_fire_at = l.next_fire_at + l.interval_s * interval '1 second', leased_until = now() + interval '15 seconds'
WHERE l.location_id = 1
  AND l.target_id = ANY (ARRAY (
    SELECT target_id FROM lease_design
    WHERE location_id = 1 AND next_fire_at <= now() AND (leased_until IS NULL OR leased_until < now())
    ORDER BY next_fire_at LIMIT $1::integer FOR NO KEY UPDATE SKIP LOCKED))
RETURNING l.target_id, l.epoch
-- finish
WITH closed AS (
  UPDATE lease_design AS l
  SET open_tick = NULL, leased_until = NULL, claimed_by = NULL
  FROM unnest($1::integer[], $2::integer[]) AS r (target_id, epoch)
  WHERE l.target_id = r.target_id AND l.location_id = 1 AND l.epoch = r.epoch AND l.open_tick IS NOT NULL
  RETURNING l.target_id, l.next_fire_at
)
INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us, measured)
SELECT next_fire_at - interval '1 hour', target_id, 1, 'up', 1000, '\x0700000001' FROM closed
ON CONFLICT DO NOTHING RETURNING target_id
-- sweep
SELECT count(*) FROM lease_design WHERE leased_until < now() AND (next_fire_at IS NULL OR next_fire_at > now())
