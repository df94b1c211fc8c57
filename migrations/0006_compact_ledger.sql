-- A row of the ledger takes 77 to 85 bytes instead of 126 to 141, and with its part of the key 106 to 130 instead of 208: what was
-- measured stands in one column, packed. packages/core/src/ledger-row/README.md has the layout and its reasons. The view `results` shows
-- the ledger with all of it unpacked.
--
-- A file of its own, because it writes the ledger anew, a day at a time, and holds it while it works: about 20 s for a million
-- rows. Workers of the version before cannot write results afterwards; they hold what they have until they are replaced.

SET LOCAL lock_timeout = '5s';

-- What a row says of how its tick was carried out: all NULL where it was not.
CREATE TYPE measurements AS (
  started_at timestamptz,
  worker_id integer,
  http_status smallint,
  matched boolean,
  suspect boolean,
  dns_wait_us integer,
  dns_us integer,
  connect_us integer,
  tls_us integer,
  request_us integer,
  first_byte_us integer,
  download_us integer,
  body_bytes integer,
  loop_delay_us integer,
  protocol http_protocol,
  redirects smallint,
  remote_address inet,
  certificate_expires_at timestamptz,
  error_detail text,
  failed_assertions jsonb
);

-- Seven bits a byte, the lowest first; the eighth says that more follow. Signed numbers with their sign as the lowest bit.
CREATE FUNCTION packed_number(number bigint) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  packed bytea := '';
BEGIN
  WHILE number > 127 LOOP
    packed := packed || set_byte('\x00', 0, (number & 127)::integer | 128);
    number := number >> 7;
  END LOOP;
  RETURN packed || set_byte('\x00', 0, number::integer);
END
$$;

CREATE FUNCTION packed_signed(number bigint) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN packed_number(CASE WHEN number < 0 THEN -2 * number - 1 ELSE 2 * number END);

-- For repairs and tests: workers pack by themselves.
CREATE FUNCTION packed_measurements(m measurements, scheduled_at timestamptz, response_time_us integer) RETURNS bytea
  LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  flags bytea := '\x000000';
  texts bytea := '';
BEGIN
  IF m IS NULL THEN
    RETURN NULL;
  END IF;
  flags := set_byte(flags, 0,
    CASE WHEN m.started_at IS NULL THEN 0 ELSE 1 END + CASE WHEN m.worker_id IS NULL THEN 0 ELSE 2 END
    + CASE WHEN m.http_status IS NULL THEN 0 WHEN m.http_status = 200 THEN 4 ELSE 8 END
    + CASE m.matched WHEN false THEN 16 WHEN true THEN 32 ELSE 0 END
    + CASE WHEN NOT m.suspect AND m.loop_delay_us = 0 THEN 192 WHEN NOT m.suspect THEN 64 WHEN m.suspect THEN 128 ELSE 0 END);
  IF get_byte(flags, 0) >= 192 THEN
    m.loop_delay_us := NULL;
  END IF;
  flags := set_byte(flags, 1,
    num_nonnulls(m.dns_wait_us) + 2 * num_nonnulls(m.dns_us) + 4 * num_nonnulls(m.connect_us)
    + 8 * num_nonnulls(m.tls_us) + 16 * num_nonnulls(m.request_us) + 32 * num_nonnulls(m.first_byte_us)
    + 64 * num_nonnulls(m.download_us) + 128 * num_nonnulls(m.body_bytes));
  flags := set_byte(flags, 2,
    num_nonnulls(m.loop_delay_us) + CASE m.protocol WHEN 'http/1.1' THEN 2 WHEN 'h2' THEN 4 ELSE 0 END
    + CASE WHEN m.redirects IS NULL THEN 0 WHEN m.redirects = 0 THEN 8 ELSE 16 END
    + CASE WHEN m.remote_address IS NULL THEN 0 WHEN family(m.remote_address) = 4 THEN 32 ELSE 64 END
    + 128 * num_nonnulls(m.certificate_expires_at));
  IF num_nonnulls(m.error_detail, m.failed_assertions) > 0 THEN
    texts := packed_number(coalesce(octet_length(m.error_detail) + 1, 0))
             || coalesce(convert_to(m.error_detail, 'UTF8'), '') || coalesce(convert_to(m.failed_assertions::text, 'UTF8'), '');
  END IF;
  RETURN flags
    || coalesce(packed_signed(round(extract(epoch FROM m.started_at - scheduled_at) * 1000000)::bigint), '')
    || coalesce(packed_number(m.worker_id), '')
    || CASE WHEN m.http_status <> 200 THEN packed_number(m.http_status) ELSE '' END
    || coalesce(packed_number(m.dns_wait_us), '') || coalesce(packed_number(m.dns_us), '')
    || coalesce(packed_number(m.connect_us), '') || coalesce(packed_number(m.tls_us), '')
    || coalesce(packed_number(m.request_us), '')
    || coalesce(CASE WHEN response_time_us IS NULL THEN packed_number(m.first_byte_us)
                     ELSE packed_signed(m.first_byte_us - (response_time_us::bigint - coalesce(m.dns_us, 0) - coalesce(m.connect_us, 0)
                       - coalesce(m.tls_us, 0) - coalesce(m.request_us, 0) - coalesce(m.download_us, 0))) END, '')
    || coalesce(packed_number(m.download_us), '') || coalesce(packed_number(m.body_bytes), '')
    || coalesce(packed_number(m.loop_delay_us), '')
    || CASE WHEN m.redirects > 0 THEN packed_number(m.redirects) ELSE '' END
    || coalesce(packed_signed(
         round(extract(epoch FROM m.certificate_expires_at) - floor(extract(epoch FROM scheduled_at)))::bigint), '')
    -- Behind the family, the length of the prefix, a flag and the size (inet_send).
    || coalesce(substring(inet_send(m.remote_address) FROM 5), '')
    || texts;
END
$$;

CREATE FUNCTION measurements_of(measured bytea, scheduled_at timestamptz, response_time_us integer) RETURNS measurements
  LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  a integer;
  b integer;
  c integer;
  present boolean[];
  n bigint[] := array_fill(NULL::bigint, ARRAY[14]);
  at integer := 3;
  number bigint;
  byte integer;
  places integer;
  m measurements;
BEGIN
  IF measured IS NULL THEN
    RETURN NULL;
  END IF;
  a := get_byte(measured, 0);
  b := get_byte(measured, 1);
  c := get_byte(measured, 2);
  present := ARRAY[a & 1 > 0, a & 2 > 0, a & 12 = 8, b & 1 > 0, b & 2 > 0, b & 4 > 0, b & 8 > 0, b & 16 > 0, b & 32 > 0,
                   b & 64 > 0, b & 128 > 0, c & 1 > 0, c & 24 = 16, c & 128 > 0];
  FOR field IN 1..14 LOOP
    CONTINUE WHEN NOT present[field];
    number := 0;
    places := 0;
    LOOP
      byte := get_byte(measured, at);
      at := at + 1;
      number := number | ((byte & 127)::bigint << places);
      EXIT WHEN byte < 128;
      places := places + 7;
    END LOOP;
    n[field] := number;
  END LOOP;
  m.started_at := scheduled_at + ((n[1] >> 1) # -(n[1] & 1)) * interval '1 microsecond';
  m.worker_id := n[2];
  m.http_status := CASE WHEN a & 12 = 4 THEN 200 ELSE n[3] END;
  m.matched := CASE a & 48 WHEN 16 THEN false WHEN 32 THEN true END;
  m.suspect := CASE a & 192 WHEN 64 THEN false WHEN 128 THEN true WHEN 192 THEN false END;
  m.dns_wait_us := n[4];
  m.dns_us := n[5];
  m.connect_us := n[6];
  m.tls_us := n[7];
  m.request_us := n[8];
  m.first_byte_us := CASE WHEN response_time_us IS NULL THEN n[9] ELSE
    ((n[9] >> 1) # -(n[9] & 1)) + response_time_us::bigint - coalesce(n[5], 0) - coalesce(n[6], 0) - coalesce(n[7], 0)
    - coalesce(n[8], 0) - coalesce(n[10], 0) END;
  m.download_us := n[10];
  m.body_bytes := n[11];
  m.loop_delay_us := CASE WHEN a >= 192 THEN 0 ELSE n[12] END;
  m.protocol := CASE c & 6 WHEN 2 THEN 'http/1.1' WHEN 4 THEN 'h2' END;
  m.redirects := CASE WHEN c & 24 = 8 THEN 0 ELSE n[13] END;
  m.certificate_expires_at := to_timestamp(floor(extract(epoch FROM scheduled_at)) + ((n[14] >> 1) # -(n[14] & 1)));
  IF c & 32 > 0 THEN
    m.remote_address := format('%s.%s.%s.%s', get_byte(measured, at), get_byte(measured, at + 1),
                               get_byte(measured, at + 2), get_byte(measured, at + 3));
    at := at + 4;
  ELSIF c & 64 > 0 THEN
    m.remote_address := trim(trailing ':' FROM regexp_replace(encode(substring(measured FROM at + 1 FOR 16), 'hex'), '(.{4})', '\1:', 'g'));
    at := at + 16;
  END IF;
  IF at < octet_length(measured) THEN
    number := 0;
    places := 0;
    LOOP
      byte := get_byte(measured, at);
      at := at + 1;
      number := number | ((byte & 127)::bigint << places);
      EXIT WHEN byte < 128;
      places := places + 7;
    END LOOP;
    IF number > 0 THEN
      m.error_detail := convert_from(substring(measured FROM at + 1 FOR number::integer - 1), 'UTF8');
      at := at + number::integer - 1;
    END IF;
    IF at < octet_length(measured) THEN
      m.failed_assertions := convert_from(substring(measured FROM at + 1), 'UTF8')::jsonb;
    END IF;
  END IF;
  RETURN m;
END
$$;

-- How late a check began, in microseconds: the first of its numbers. For those who look at many rows.
CREATE FUNCTION lateness_us_of(measured bytea) RETURNS integer LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  number bigint := 0;
  at integer := 3;
  byte integer;
BEGIN
  IF get_byte(measured, 0) & 1 = 0 THEN
    RETURN NULL;
  END IF;
  LOOP
    byte := get_byte(measured, at);
    number := number | ((byte & 127)::bigint << (7 * (at - 3)));
    EXIT WHEN byte < 128;
    at := at + 1;
  END LOOP;
  RETURN (number >> 1) # -(number & 1);
END
$$;

-- The ledger, written anew ------------------------------------------------------------------------------------------------

-- Not by expanding and contracting (rule 3 of README.md): nothing had been released whose workers could have been at work.
-- squawk-ignore renaming-table
ALTER TABLE check_results RENAME TO check_results_wide;
ALTER TABLE check_results_wide DROP CONSTRAINT check_results_pkey;
-- Not concurrently: from here to the end this transaction holds the ledger in any case.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX check_results_scheduled_at;

-- Eight columns and no more: of nine, those that are NULL would cost each row eight bytes. In the order that wastes no padding.
CREATE TABLE check_results (
  scheduled_at timestamptz NOT NULL,
  target_id integer NOT NULL,
  response_time_us integer,
  outcome check_outcome NOT NULL,
  location_id smallint NOT NULL,
  -- A run of ticks that nobody carried out is one row: this one and the ticks - 1 that follow it.
  ticks smallint NOT NULL DEFAULT 1 CONSTRAINT check_results_ticks_check CHECK (ticks >= 1),
  error_code text,
  -- measurements, packed; NULL where the tick was never carried out and there is nothing to say of it.
  measured bytea,
  PRIMARY KEY (target_id, location_id, scheduled_at)
) PARTITION BY RANGE (scheduled_at);
CREATE INDEX check_results_scheduled_at ON check_results USING brin (scheduled_at)
  WITH (pages_per_range = 32, autosummarize = on);

DO $$
DECLARE
  day text;
  bounds text;
BEGIN
  FOR day, bounds IN
    SELECT relname, pg_get_expr(relpartbound, pg_class.oid)
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'check_results_wide'::regclass
    ORDER BY relname
  LOOP
    EXECUTE format('ALTER TABLE check_results_wide DETACH PARTITION %I', day);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', day, day || '_wide');
    EXECUTE format('CREATE TABLE %I (LIKE check_results INCLUDING ALL)', day);
    EXECUTE format($move$
      INSERT INTO %I (scheduled_at, target_id, response_time_us, outcome, location_id, ticks, error_code, measured)
      SELECT r.scheduled_at, r.target_id, r.response_time_us, r.outcome, r.location_id, r.ticks, r.error_code,
             packed_measurements(
               (r.started_at, r.worker_id, r.http_status, r.matched, r.suspect, r.dns_wait_us, r.dns_us, r.connect_us, r.tls_us,
                r.request_us, r.first_byte_us, r.download_us, r.body_bytes, r.loop_delay_us, r.protocol, r.redirects,
                r.remote_address, r.certificate_expires_at, r.error_detail, r.failed_assertions)::measurements,
               r.scheduled_at, r.response_time_us)
      FROM %I AS r
      ORDER BY r.scheduled_at
      $move$, day, day || '_wide');
    EXECUTE format('DROP TABLE %I', day || '_wide');
    EXECUTE format('ALTER TABLE check_results ATTACH PARTITION %I %s', day, bounds);
  END LOOP;
END
$$;

-- Without a row by now: each of its days has been written anew above.
-- squawk-ignore ban-drop-table
DROP TABLE check_results_wide;

-- Not of rows from before 0002.
ALTER TABLE check_results
  ADD CONSTRAINT runs_were_not_carried_out CHECK (ticks = 1 OR outcome IN ('missed', 'skipped')) NOT VALID,
  ADD CONSTRAINT runs_end_with_their_hour CHECK (ticks <= 3600) NOT VALID;

-- The ledger as one wants to read it.
CREATE VIEW results AS
SELECT t.name AS target, l.name AS location, r.scheduled_at, m.started_at, r.outcome, m.http_status, r.response_time_us,
       m.dns_wait_us, m.dns_us, m.connect_us, m.tls_us, m.request_us, m.first_byte_us, m.download_us, m.body_bytes,
       m.matched, r.error_code, m.error_detail, m.failed_assertions, r.ticks, m.protocol, m.remote_address, m.redirects,
       m.certificate_expires_at, m.loop_delay_us, m.suspect, m.worker_id, r.target_id, r.location_id
FROM check_results AS r
LEFT JOIN monitored_targets AS t ON t.id = r.target_id
LEFT JOIN locations AS l ON l.id = r.location_id
LEFT JOIN LATERAL measurements_of(r.measured, r.scheduled_at, r.response_time_us) AS m ON true;
