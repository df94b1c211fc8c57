-- Claims the newest due tick of up to $4 leases of one location and writes the ticks passed over as missed.
--
--   $1 location id   $2 worker id   $3 horizon, ms   $4 limit   $5 margin added to the target's timeout, ms
--   $6 why due ticks were left unclaimed, if the worker knows   $7 how far back to look for due ticks, ms
--   $8 whether names of targets are wanted
--
-- Relies on: next_fire_at is the oldest tick nobody has claimed; an open tick belongs to its worker until leased_until.
-- The newest due tick is next_fire_at or one that follows it up to now(): ahead of time only the very next tick is
-- claimed, so that a late tick is never passed over for one that is still to come. An expired tick of an earlier schedule
-- is left to leases-reclaim.sql, for it cannot be counted on the grid of this one.
--
-- $7 is a lower bound for the index scan: while a transaction somewhere keeps vacuum from its work, it would otherwise walk
-- over all dead entries since, at every claim. Workers look without a bound every few seconds.
--
-- The row that carries the clock comes last, and even when nothing was claimed. Beside the clock it says when the first tick
-- beyond the horizon is due, as of before this claim, so that a worker can do without being woken. A row of its own: three
-- numbers with each of the others cost 2.4 us a check to write. And date_part, not extract, which makes a numeric first
-- (0.25 us a number, for the same double).
--
-- Commits without waiting for the disk. A crash of the server may undo a claim together with the missed rows it wrote:
-- the ticks are due again, and finishing compares the tick besides the epoch, so the ledger stays right. In return a
-- slow disk makes no check late, and results, which do wait, have the disk to themselves.
--
-- Options come as text, so that a worker parses those that it has not seen yet, and no others.
--
-- Plan: index scan on leases_next_fire_at under the LIMIT, then leases and monitored_targets by key.
-- `location_id + 0` keeps leases_next_fire_at out of it: with statistics from when the table was small, all leases of the location
-- are as good as one to the planner, and it went through all of them.
-- Lost: WITH due AS (SELECT ... FOR UPDATE SKIP LOCKED) UPDATE ... FROM due. Its generic plan, made for no particular
-- limit, joins leases as a whole.
WITH claimed AS (
  UPDATE leases AS l
  SET epoch = l.epoch + 1,
      claimed_by = $2,
      (open_tick, next_fire_at, leased_until, passed_from, passed_ticks, passed_open) = (
        SELECT due.tick,
               tick_following(l.target_id, l.interval_s, due.tick),
               greatest(due.tick, now()) + (t.timeout_ms + $5::integer) * interval '1 millisecond',
               CASE WHEN due.passed > 0 THEN coalesce(l.open_tick, l.next_fire_at) END,
               nullif(due.passed, 0),
               CASE WHEN due.passed > 0 THEN l.open_tick IS NOT NULL END
        FROM (
          SELECT CASE WHEN later.ticks = 0 THEN l.next_fire_at
                      ELSE tick_at_or_before(l.target_id, l.interval_s, now()) END AS tick,
                 later.ticks + (l.open_tick IS NOT NULL)::integer AS passed
          FROM (SELECT ticks_following(l.target_id, l.interval_s, l.next_fire_at, now()) AS ticks) AS later
        ) AS due
      )
  FROM monitored_targets AS t
  WHERE l.location_id + 0 = $1::smallint
    AND l.target_id = ANY (ARRAY (
      SELECT target_id
      FROM leases
      WHERE location_id = $1::smallint
        AND next_fire_at > now() - $7::float8 * interval '1 millisecond'
        AND next_fire_at <= now() + $3::integer * interval '1 millisecond'
        AND (leased_until IS NULL OR leased_until < now() AND open_tick > schedule_from)
      ORDER BY next_fire_at
      LIMIT $4::integer
      FOR NO KEY UPDATE SKIP LOCKED
    ))
    AND t.id = l.target_id
  RETURNING l.target_id, l.interval_s, l.epoch, l.open_tick, l.next_fire_at, l.passed_from, l.passed_ticks, l.passed_open,
            t.url, t.timeout_ms, t.match_pattern, t.options, CASE WHEN $8::boolean THEN t.name END AS name
), missed AS (
  INSERT INTO check_results (scheduled_at, target_id, location_id, outcome, ticks, error_code)
  SELECT run.scheduled_at, c.target_id, $1::smallint, 'missed', run.ticks, run.code
  FROM claimed AS c
  CROSS JOIN LATERAL (
    SELECT c.passed_from AS scheduled_at, 1 AS ticks, 'worker_lost' AS code
    WHERE c.passed_open
    UNION ALL
    SELECT r.scheduled_at, r.ticks, coalesce($6::text, unclaimed_reason($1::smallint, $2, first.tick))
    FROM (
      SELECT CASE WHEN c.passed_open THEN tick_following(c.target_id, c.interval_s, c.passed_from)
                  ELSE c.passed_from END AS tick
    ) AS first
    CROSS JOIN LATERAL tick_runs(c.target_id, c.interval_s, first.tick, c.passed_ticks - c.passed_open::integer) AS r
  ) AS run
  WHERE c.passed_from IS NOT NULL
  ON CONFLICT DO NOTHING
)
SELECT NULL::float8,
       NULL::float8,
       NULL::float8,
       target_id,
       epoch,
       date_part('epoch', open_tick) * 1000,
       date_part('epoch', next_fire_at) * 1000,
       coalesce(passed_ticks, 0),
       url,
       timeout_ms,
       match_pattern,
       options::text,
       name
FROM claimed
UNION ALL
SELECT date_part('epoch', now()) * 1000,
       date_part('epoch', clock_timestamp()) * 1000,
       date_part('epoch', (
         SELECT next_fire_at
         FROM leases
         WHERE location_id = $1::smallint AND next_fire_at > now() + $3::integer * interval '1 millisecond'
         ORDER BY next_fire_at
         LIMIT 1
       )) * 1000,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM (SELECT set_config('synchronous_commit', 'off', true)) AS always
