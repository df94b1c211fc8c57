-- Years of data: the hours and days of each target and location, from which long questions are answered, and what retention
-- needs to drop the days of the ledger behind them. packages/core/src/rollups/README.md explains both.
--
-- New tables, and a trigger on `schedules`, which only the leading coordinator writes: it waits for that file's commit.

SET LOCAL lock_timeout = '5s';

-- Hours -------------------------------------------------------------------------------------------------------------------
-- Where nothing was owed in an hour, it has no row. Times are of the hour itself and sum up to the time in which ticks were owed.
CREATE TABLE rollups_hourly (
  hour timestamptz NOT NULL,
  -- Of results that were up or degraded, as far as they have a response time.
  response_sum_us bigint NOT NULL,
  response_count integer NOT NULL,
  response_max_us integer,
  target_id integer NOT NULL,
  up_ticks integer NOT NULL,
  degraded_ticks integer NOT NULL,
  down_ticks integer NOT NULL,
  missed_ticks integer NOT NULL,
  skipped_ticks integer NOT NULL,
  up_ms integer NOT NULL,
  degraded_ms integer NOT NULL,
  down_ms integer NOT NULL,
  unobserved_ms integer NOT NULL,
  skipped_ms integer NOT NULL,
  location_id smallint NOT NULL,
  -- The distribution: bucket i holds the response times above 1.04^(i-1) and up to 1.04^i us. Ascending, and how many in each.
  response_buckets smallint[] NOT NULL,
  response_counts smallint[] NOT NULL,
  PRIMARY KEY (target_id, location_id, hour),
  CHECK (cardinality(response_buckets) = cardinality(response_counts))
) PARTITION BY RANGE (hour);

-- Days (UTC): the sum of their hours.
CREATE TABLE rollups_daily (
  response_sum_us bigint NOT NULL,
  response_count integer NOT NULL,
  response_max_us integer,
  day date NOT NULL,
  target_id integer NOT NULL,
  up_ticks integer NOT NULL,
  degraded_ticks integer NOT NULL,
  down_ticks integer NOT NULL,
  missed_ticks integer NOT NULL,
  skipped_ticks integer NOT NULL,
  up_ms integer NOT NULL,
  degraded_ms integer NOT NULL,
  down_ms integer NOT NULL,
  unobserved_ms integer NOT NULL,
  skipped_ms integer NOT NULL,
  location_id smallint NOT NULL,
  response_buckets smallint[] NOT NULL,
  response_counts integer[] NOT NULL,
  PRIMARY KEY (target_id, location_id, day),
  CHECK (cardinality(response_buckets) = cardinality(response_counts))
) PARTITION BY RANGE (day);

-- Months of hours and years of days, made by whoever builds rollups. ATTACH, because CREATE ... PARTITION OF would wait for readers.
CREATE FUNCTION ensure_rollups_partitions(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  month date := date_trunc('month', day::timestamp)::date;
  year date := date_trunc('year', day::timestamp)::date;
  partition text;
BEGIN
  partition := 'rollups_hourly_' || to_char(month, 'YYYYMM');
  IF NOT EXISTS (SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
                 WHERE inhparent = 'rollups_hourly'::regclass AND relname = partition) THEN
    EXECUTE format('CREATE TABLE %I (LIKE rollups_hourly INCLUDING ALL)', partition);
    EXECUTE format('ALTER TABLE rollups_hourly ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition,
      month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
  END IF;
  partition := 'rollups_daily_' || to_char(year, 'YYYY');
  IF NOT EXISTS (SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
                 WHERE inhparent = 'rollups_daily'::regclass AND relname = partition) THEN
    EXECUTE format('CREATE TABLE %I (LIKE rollups_daily INCLUDING ALL)', partition);
    EXECUTE format('ALTER TABLE rollups_daily ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition,
      year, (year + interval '1 year')::date);
  END IF;
END
$$;

-- How far they have been built. One row; whoever builds locks the table.
CREATE TABLE rollups_progress (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  -- Hours before this moment are built for every target and location, but for those in rollups_owed; NULL: none yet.
  hours_until timestamptz,
  -- Of the hour that begins there, those of targets up to this id.
  hour_target_id integer NOT NULL DEFAULT 0,
  -- The same of days.
  days_until date,
  day_target_id integer NOT NULL DEFAULT 0,
  -- The ledger is whole from here on: retention has dropped days before.
  raw_from timestamptz NOT NULL DEFAULT '-infinity',
  -- The same of the hours, and of the days.
  hourly_from date NOT NULL DEFAULT '-infinity',
  daily_from date NOT NULL DEFAULT '-infinity'
);
INSERT INTO rollups_progress DEFAULT VALUES;

-- Who is behind: of this target and location no hour from this one on counts as built.
CREATE TABLE rollups_owed (
  target_id integer NOT NULL,
  location_id smallint NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (target_id, location_id)
);
CREATE INDEX rollups_owed_since ON rollups_owed (since);

-- A schedule that changes as of an hour that is over: that hour may have been built as if it had not. The edit had been under
-- way for long before it was committed, nobody followed it at the time, or the clock was set back.
CREATE FUNCTION schedules_changed_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.schedule_from < date_bin('1 hour', clock_timestamp(), to_timestamp(0))
     OR NEW.schedule_from < (SELECT hours_until + CASE WHEN hour_target_id > 0 THEN interval '1 hour' ELSE interval '0' END
                             FROM rollups_progress) THEN
    INSERT INTO rollups_owed (target_id, location_id, since)
    VALUES (NEW.target_id, NEW.location_id, date_bin('1 hour', NEW.schedule_from, to_timestamp(0)))
    ON CONFLICT (target_id, location_id) DO UPDATE SET since = least(rollups_owed.since, excluded.since);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER schedules_changed_late AFTER INSERT OR UPDATE ON schedules
  FOR EACH ROW EXECUTE FUNCTION schedules_changed_late();

-- Retention -----------------------------------------------------------------------------------------------------------------
-- Partitions that are being dropped, by their names, so that one that was detached and not dropped is found again.
CREATE TABLE partitions_dropping (
  name text PRIMARY KEY,
  began_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
