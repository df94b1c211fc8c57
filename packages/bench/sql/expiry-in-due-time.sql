-- The design that lost: one indexed moment is both due time and lease expiry. A dead worker's tick comes back by itself,
-- but claim and finish both move an index entry.
-- setup
CREATE TABLE lease_design (
  target_id integer NOT NULL, location_id smallint NOT NULL, epoch integer NOT NULL DEFAULT 0, interval_s integer NOT NULL,
  claimed_by integer, tick timestamptz NOT NULL, due_at timestamptz NOT NULL, PRIMARY KEY (target_id, location_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
INSERT INTO lease_design (target_id, location_id, interval_s, tick, due_at)
SELECT i, 1, 3600, now() - i * interval '1 millisecond', now() - i * interval '1 millisecond'
FROM generate_series(1, (SELECT leases FROM lease_design_size)) AS i;
CREATE INDEX ON lease_design (location_id, due_at);
-- claim
UPDATE lease_design AS l
SET epoch = l.epoch + 1, claimed_by = 1, due_at = now() + interval '15 seconds'
WHERE l.location_id = 1
  AND l.target_id = ANY (ARRAY (
    SELECT target_id FROM lease_design
    WHERE location_id = 1 AND due_at <= now()
    ORDER BY due_at LIMIT $1::integer FOR NO KEY UPDATE SKIP LOCKED))
RETURNING l.target_id, l.epoch
-- finish
WITH closed AS (
  UPDATE lease_design AS l
  SET tick = l.tick + l.interval_s * interval '1 second', due_at = l.tick + l.interval_s * interval '1 second'
  FROM unnest($1::integer[], $2::integer[]) AS r (target_id, epoch)
  WHERE l.target_id = r.target_id AND l.location_id = 1 AND l.epoch = r.epoch
  RETURNING l.target_id, l.tick
)
INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, response_time_us, measured)
SELECT tick - interval '1 hour', target_id, 1, 'up', 1000, '\x0700000001' FROM closed
ON CONFLICT DO NOTHING RETURNING target_id
