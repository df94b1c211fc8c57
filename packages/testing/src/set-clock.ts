// A database whose clock the test sets: forwards, backwards, or not at all between two statements.

import type pg from 'pg';
import { Pool } from 'pg';
import type { TestDatabase } from './database.ts';

export interface SetClock {
  /** One session, in which `now()` and `clock_timestamp()` are what was set last. End it before the database is dropped. */
  readonly pool: pg.Pool;
  /** Sets the clock, in microseconds since 1970. */
  set(us: bigint): Promise<void>;
}

/**
 * Puts functions of the same names before PostgreSQL's own. Statements find them by the search path of their session;
 * functions and defaults of the schema, which have been looked up long ago, are made once more.
 */
export async function setClockOf(database: TestDatabase): Promise<SetClock> {
  await database.query(`
    CREATE SCHEMA set_clock;
    CREATE FUNCTION set_clock.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
      RETURN timestamptz 'epoch' + current_setting('set_clock.us')::bigint * interval '1 microsecond';
    CREATE FUNCTION set_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
      RETURN set_clock.now();
    DO $$
    DECLARE
      statements text[] := ARRAY (
        SELECT pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prosqlbody IS NOT NULL
      ) || ARRAY (
        SELECT format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', attrelid::regclass, attname,
                      pg_get_expr(adbin, adrelid))
        FROM pg_attrdef
        JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
        WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
          AND pg_get_expr(adbin, adrelid) ~ '(now|clock_timestamp)\\(\\)'
      );
      statement text;
    BEGIN
      SET LOCAL search_path = set_clock, pg_catalog, public;
      FOREACH statement IN ARRAY statements LOOP
        EXECUTE statement;
      END LOOP;
    END
    $$`);
  const pool = new Pool({
    connectionString: database.url,
    max: 1,
    idleTimeoutMillis: 0,
    application_name: 'everytick on a set clock',
    options: '-c search_path=set_clock,pg_catalog,public -c jit=off',
  });
  return {
    pool,
    async set(us) {
      await pool.query("SELECT set_config('set_clock.us', $1, false)", [String(us)]);
    },
  };
}
