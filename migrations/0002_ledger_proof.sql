-- What the proof needs: the history of every schedule, ticks that are skipped on purpose, and who is there to run checks.

SET LOCAL lock_timeout = '5s';

-- The history of schedules ----------------------------------------------------------------------------------------------
-- One row for each change of what a target owes from a location: written in the transaction that changes the lease, and
-- changed afterwards only by another change of the same moment. Ticks after `schedule_from`, up to and including the
-- `schedule_from` of the next row, are those of this schedule: `first_tick`, and from there on the grid (tick_following).
-- Together with the ledger it is all that the proof reads.
CREATE TABLE schedules (
  target_id integer NOT NULL REFERENCES monitored_targets (id),
  location_id smallint NOT NULL REFERENCES locations (id),
  schedule_from timestamptz NOT NULL,
  -- NULL: nothing is owed (target deleted, or not checked from this location any more).
  interval_s integer,
  first_tick timestamptz,
  -- Why the ticks are skipped; NULL where they are carried out.
  skip_code text CHECK (skip_code IN ('paused', 'maintenance')),
  PRIMARY KEY (target_id, location_id, schedule_from),
  CHECK ((interval_s IS NULL) = (first_tick IS NULL)),
  CHECK (first_tick > schedule_from),
  CHECK (skip_code IS NULL OR interval_s IS NOT NULL)
);

-- From when on there is a history: nothing can be proved of the time before. One row.
CREATE TABLE proof_start (begins_at timestamptz NOT NULL);
INSERT INTO proof_start
SELECT CASE WHEN EXISTS (SELECT FROM leases) THEN clock_timestamp() ELSE '-infinity' END;

-- Ticks that are skipped -------------------------------------------------------------------------------------------------
-- A paused target, and one in maintenance, still has its ticks: they are written as skipped, so that its ledger has no
-- hole. The leading coordinator writes them, by the hour and whenever the schedule changes.

-- passed_code stays for workers of the version before, until a later migration.
ALTER TABLE leases
  -- The first tick of the schedule in force; NULL while nothing is owed.
  ADD COLUMN first_tick timestamptz,
  -- The oldest tick that has not been written as skipped; NULL while ticks are carried out or nothing is owed.
  ADD COLUMN skip_from timestamptz,
  ADD COLUMN skip_code text,
  ADD CHECK ((skip_from IS NULL) = (skip_code IS NULL)),
  ADD CHECK (next_fire_at IS NULL OR skip_from IS NULL),
  -- Whether the first tick of the run that was passed over had been claimed by somebody.
  ADD COLUMN passed_open boolean;

-- What is there already. The pause of a target that is paused counts from now on.
UPDATE leases SET first_tick = first_tick(target_id, schedule_from) WHERE next_fire_at IS NOT NULL;
UPDATE leases AS l
SET schedule_from = begins_at, interval_s = t.interval_s, skip_code = 'paused', skip_from = next.tick, first_tick = next.tick
FROM monitored_targets AS t
CROSS JOIN proof_start
CROSS JOIN LATERAL (
  SELECT tick_at_or_before(t.id, t.interval_s, begins_at) + t.interval_s * interval '1 second' AS tick
) AS next
WHERE t.id = l.target_id AND t.paused AND t.deleted_at IS NULL AND l.location_id = ANY (t.location_ids)
  AND l.next_fire_at IS NULL;

INSERT INTO schedules (target_id, location_id, schedule_from, interval_s, first_tick, skip_code)
SELECT target_id, location_id, schedule_from, CASE WHEN first_tick IS NOT NULL THEN interval_s END, first_tick, skip_code
FROM leases;

-- A coordinator of the version before, which writes no history, cannot move a lease any more: changes of targets wait for
-- one of this version.
ALTER TABLE leases ADD CONSTRAINT schedule_has_first_tick
  CHECK (num_nonnulls(next_fire_at, skip_from) = 0 OR first_tick IS NOT NULL AND first_tick > schedule_from);

CREATE TABLE maintenance_windows (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- NULL: all targets.
  target_ids integer[] CHECK (cardinality(target_ids) > 0 AND array_position(target_ids, NULL) IS NULL),
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  reason text CHECK (length(reason) BETWEEN 1 AND 200),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Up to when the leading coordinator has followed the window's beginning and end.
  followed_until timestamptz NOT NULL DEFAULT '-infinity',
  CONSTRAINT ends_at_after_starts_at CHECK (ends_at > starts_at)
);

-- Whoever changes a window changes what its targets owe: the same way in as for changes of the targets themselves.
CREATE FUNCTION maintenance_windows_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO target_changes (target_id)
  SELECT t.id
  FROM monitored_targets AS t
  WHERE t.deleted_at IS NULL
    AND (TG_OP <> 'DELETE' AND (NEW.target_ids IS NULL OR t.id = ANY (NEW.target_ids))
      OR TG_OP <> 'INSERT' AND (OLD.target_ids IS NULL OR t.id = ANY (OLD.target_ids)))
  ORDER BY t.id
  ON CONFLICT (target_id) DO UPDATE SET changed_at = excluded.changed_at;
  NOTIFY everytick_targets;
  RETURN NULL;
END
$$;
CREATE TRIGGER maintenance_windows_changed
  AFTER INSERT OR DELETE OR UPDATE OF target_ids, starts_at, ends_at ON maintenance_windows
  FOR EACH ROW EXECUTE FUNCTION maintenance_windows_changed();

-- Who is there -----------------------------------------------------------------------------------------------------------

-- Each worker says every few seconds that it is there.
ALTER TABLE workers ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX workers_seen_at ON workers (location_id, seen_at) WHERE stopped_at IS NULL;

-- Whether a location has a worker that has been heard of lately, other than the one given.
CREATE FUNCTION has_worker(location_id smallint, other_than integer) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN EXISTS (
    SELECT FROM workers AS w
    WHERE w.location_id = has_worker.location_id
      AND w.stopped_at IS NULL
      AND w.seen_at > now() - interval '15 seconds'
      AND w.id IS DISTINCT FROM other_than
  );

-- Whether a location had workers when the database server stopped, as the one that runs now was started after a moment, and
-- not long ago. When it stopped is not known, but workers wrote until then that they are there; those that had died or
-- left before are out of step with the others.
CREATE FUNCTION lost_database(location_id smallint, since timestamptz) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN since < pg_postmaster_start_time() AND pg_postmaster_start_time() > now() - interval '1 minute' AND EXISTS (
    SELECT FROM workers AS w
    WHERE w.location_id = lost_database.location_id
      AND w.started_at < pg_postmaster_start_time()
      AND w.stopped_at IS NULL
      AND w.seen_at > (
        SELECT coalesce(max(seen_at), '-infinity') FROM workers WHERE seen_at < pg_postmaster_start_time()
      ) - interval '10 seconds'
  );

-- Why nobody claimed a tick that was due at a moment, as far as the database itself can tell.
CREATE FUNCTION unclaimed_reason(location_id smallint, other_than integer, due_at timestamptz) RETURNS text
  LANGUAGE sql STABLE
  RETURN CASE
    WHEN lost_database(location_id, due_at) THEN 'database_down'
    WHEN has_worker(location_id, other_than) THEN 'unclaimed'
    ELSE 'no_worker'
  END;

-- How many ticks there are from a first one up to and including a moment.
CREATE FUNCTION ticks_until(target_id integer, interval_s integer, first_tick timestamptz, moment timestamptz)
  RETURNS integer
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE WHEN moment < first_tick THEN 0
              ELSE 1 + ticks_following(target_id, interval_s, first_tick, moment) END;

-- A period of the ledger, of all targets: what the proof, summaries and reports ask for. The rows come in the order of time, so
-- a block range index does, of 136 kB for 10,000,000 of them.
CREATE INDEX check_results_scheduled_at ON check_results USING brin (scheduled_at)
  WITH (pages_per_range = 32, autosummarize = on);

-- Partitions of the ledger -----------------------------------------------------------------------------------------------

-- As before, but asking the table of tables whether a partition is there: to_regclass() remembers what it has answered, and
-- waiting for an advisory lock does not make it forget, so that of two callers at once one failed.
CREATE OR REPLACE FUNCTION ensure_check_results_partitions(first_day date, last_day date) RETURNS integer
  LANGUAGE plpgsql AS $$
DECLARE
  day date;
  partition text;
  made integer := 0;
BEGIN
  FOR day IN SELECT generate_series(first_day, last_day, interval '1 day')::date LOOP
    partition := 'check_results_' || to_char(day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass(partition) IS NOT NULL;
    PERFORM pg_advisory_xact_lock(hashtextextended('everytick check_results partitions', 0));
    CONTINUE WHEN EXISTS (
      SELECT
      FROM pg_inherits
      JOIN pg_class ON pg_class.oid = inhrelid
      WHERE inhparent = 'check_results'::regclass AND relname = partition
    );
    EXECUTE format('CREATE TABLE %I (LIKE check_results INCLUDING ALL)', partition);
    EXECUTE format('ALTER TABLE check_results ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
      partition, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$;

-- Only ticks that nobody carried out come in runs, and none of these reaches beyond its hour. (Not of rows from before.)
ALTER TABLE check_results
  ADD CONSTRAINT runs_were_not_carried_out CHECK (ticks = 1 OR outcome IN ('missed', 'skipped')) NOT VALID,
  ADD CONSTRAINT runs_end_with_their_hour CHECK (ticks <= 3600) NOT VALID;

-- Runs of ticks ----------------------------------------------------------------------------------------------------------

-- A run of ticks as the ledger has it: no row reaches beyond its hour (UTC), so that a row belongs to one partition and one
-- hour of every summary, and whoever asks for a period need not look back further than an hour.
CREATE FUNCTION tick_runs(target_id integer, interval_s integer, first timestamptz, ticks integer)
  RETURNS TABLE (scheduled_at timestamptz, ticks integer)
  LANGUAGE sql STABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
  -- Tick k of the run: the first itself for k = 0, base + k * interval after that.
  WITH run AS (
    SELECT tick_at_or_before(tick_runs.target_id, tick_runs.interval_s, first + tick_runs.interval_s * interval '0.5 seconds') AS base
  ), part AS (
    SELECT base,
           CASE WHEN piece.nth = 1 THEN 0
                ELSE greatest(1, ceil(extract(epoch FROM piece.hour - base) / tick_runs.interval_s)) END::integer AS k_first,
           least(tick_runs.ticks - 1,
                 ceil(extract(epoch FROM piece.hour + interval '1 hour' - base) / tick_runs.interval_s) - 1)::integer AS k_last
    FROM run
    CROSS JOIN LATERAL generate_series(
      date_bin(interval '1 hour', first, to_timestamp(0)),
      greatest(first, base + (tick_runs.ticks - 1) * tick_runs.interval_s * interval '1 second'),
      interval '1 hour'
    ) WITH ORDINALITY AS piece (hour, nth)
  )
  SELECT CASE WHEN k_first = 0 THEN first
              ELSE base + k_first * tick_runs.interval_s * interval '1 second' END,
         greatest(k_last, k_first) - k_first + 1
  FROM part
  WHERE tick_runs.ticks > 0 AND (k_first = 0 OR k_last >= k_first);
END;
