import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { createTestDatabase } from '../database.ts';
import { schemaSnapshot, snapshotFile } from './snapshot.ts';

it('the schema that the migrations make is the one in migrations/schema/snapshot.sql: npx pnpm@12 schema-snapshot', async () => {
  await using database = await createTestDatabase();
  expect(await schemaSnapshot(database.pool)).toBe(await readFile(snapshotFile, 'utf8'));
});

it('says of a table all that a migration can have done to it', async () => {
  await using database = await createTestDatabase();
  const before = (await schemaSnapshot(database.pool)).split('\n');
  await database.query(
    `ALTER TABLE workers ADD COLUMN note text COLLATE "C" NOT NULL DEFAULT 'none', SET (fillfactor = 50);
     ALTER TABLE workers ALTER COLUMN name SET STORAGE external;
     ALTER TABLE workers ADD CONSTRAINT note_is_short CHECK (length(note) < 9) NOT VALID;
     CREATE UNIQUE INDEX workers_note ON workers (lower(note)) INCLUDE (name) WHERE note <> '';
     CREATE STATISTICS workers_names ON name, note FROM workers;
     COMMENT ON COLUMN workers.note IS 'what they say';
     CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql RETURN upper($1);
     CREATE SEQUENCE numbers;
     ALTER TYPE check_outcome ADD VALUE 'odd'`,
  );
  const after = (await schemaSnapshot(database.pool)).split('\n');
  const added = after.filter((line) => !before.includes(line)).map((line) => line.trim());
  expect(added).toEqual([
    "TYPE check_outcome ENUM ('up', 'degraded', 'down', 'missed', 'skipped', 'odd')",
    'SEQUENCE numbers',
    'TABLE workers WITH (fillfactor=50)',
    'name text NOT NULL STORAGE e',
    'note text COLLATE "C" NOT NULL DEFAULT \'none\'::text',
    'CONSTRAINT note_is_short CHECK ((length(note) < 9)) NOT VALID',
    "CREATE UNIQUE INDEX workers_note ON public.workers USING btree (lower(note)) INCLUDE (name) WHERE (note <> ''::text)",
    'CREATE STATISTICS public.workers_names ON name, note FROM workers',
    "COMMENT ON note 'what they say'",
    'CREATE OR REPLACE FUNCTION public.shout(text)',
    'RETURN upper($1)',
  ]);
});
