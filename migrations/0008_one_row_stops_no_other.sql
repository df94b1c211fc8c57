-- What is wrong with one row, or one lease, keeps no statement from all others.
--
-- Takes no lock on a table.

SET LOCAL lock_timeout = '5s';

-- The first tick of a schedule is off its grid, so that an hour may have 3601 ticks a second apart: one more than a row may stand for.
CREATE OR REPLACE FUNCTION tick_runs(target_id integer, interval_s integer, first timestamptz, ticks integer)
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
  SELECT CASE WHEN piece.k_from = 0 THEN first
              ELSE base + piece.k_from * tick_runs.interval_s * interval '1 second' END,
         greatest(piece.k_to, piece.k_from) - piece.k_from + 1
  FROM part
  -- A first tick off the grid and the 3600 others of its hour are two rows.
  CROSS JOIN LATERAL generate_series(0, (k_last - k_first >= 3600)::integer) AS half (nth)
  CROSS JOIN LATERAL (
    SELECT k_first + half.nth AS k_from,
           CASE WHEN half.nth = 0 AND k_last - k_first >= 3600 THEN k_first ELSE k_last END AS k_to
  ) AS piece
  WHERE tick_runs.ticks > 0 AND (k_first = 0 OR k_last >= k_first);
END;

-- A number larger than its column (a worker that stood still for more than 35 minutes) made whatever read the row fail.
CREATE OR REPLACE FUNCTION measurements_of(measured bytea, scheduled_at timestamptz, response_time_us integer) RETURNS measurements
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
  largest CONSTANT bigint := 2147483647;
  expires_at bigint;
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
    -- What does not fit in its column is the largest that does; the signed ones are looked at below.
    n[field] := CASE WHEN field IN (1, 9, 14) THEN number ELSE least(number, largest) END;
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
  IF present[9] THEN
    m.first_byte_us := least(greatest(CASE WHEN response_time_us IS NULL THEN n[9] ELSE
      ((n[9] >> 1) # -(n[9] & 1)) + response_time_us::bigint - coalesce(n[5], 0) - coalesce(n[6], 0) - coalesce(n[7], 0)
      - coalesce(n[8], 0) - coalesce(n[10], 0) END, -largest), largest);
  END IF;
  m.download_us := n[10];
  m.body_bytes := n[11];
  m.loop_delay_us := CASE WHEN a >= 192 THEN 0 ELSE n[12] END;
  m.protocol := CASE c & 6 WHEN 2 THEN 'http/1.1' WHEN 4 THEN 'h2' END;
  m.redirects := CASE WHEN c & 24 = 8 THEN 0 ELSE n[13] END;
  expires_at := floor(extract(epoch FROM scheduled_at)) + ((n[14] >> 1) # -(n[14] & 1));
  -- From 4713 BC until 294276, as far as the type goes.
  IF expires_at BETWEEN -210866803200 AND 9224318015999 THEN
    m.certificate_expires_at := to_timestamp(expires_at);
  END IF;
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

-- How late a check began may be more microseconds than an integer holds: 35 minutes.
DROP FUNCTION lateness_us_of(bytea);

-- How late a check began, in microseconds: the first of its numbers. For those who look at many rows.
CREATE FUNCTION lateness_us_of(measured bytea) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
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
