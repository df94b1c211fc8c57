import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createEmptyDatabase, createTestDatabase } from './index.ts';

describe('a test database', () => {
  it('has the migrated schema, and is empty of targets', async () => {
    await using database = await createTestDatabase();
    const { rows } = await database.query('SELECT count(*)::int AS targets FROM monitored_targets');
    expect(rows).toEqual([{ targets: 0 }]);
  });

  it('shares nothing with another one made at the same time', async () => {
    const databases = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
    await databases[0]?.query('CREATE TABLE only_here ()');
    const found = await Promise.all(
      databases.map(
        async ({ query }) => (await query("SELECT to_regclass('only_here')::text AS name")).rows[0]?.['name'],
      ),
    );
    expect(found).toEqual(['only_here', null, null]);
    await Promise.all(databases.map((database) => database.drop()));
  });

  it('is gone after drop, which may be called twice', async () => {
    const database = await createTestDatabase();
    await database.drop();
    await database.drop();
    const client = new pg.Client({ connectionString: database.url });
    await expect(client.connect()).rejects.toMatchObject({ code: '3D000' });
  });

  it('can be had without a schema', async () => {
    await using database = await createEmptyDatabase();
    const { rows } = await database.query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace");
    expect(rows).toEqual([]);
  });
});

describe('the leak check of drop', () => {
  it('passes when what was tested has closed its connections', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.end();
    await expect(database.drop()).resolves.toBeUndefined();
  });

  it('fails with the name and the last query of a connection left open, and drops the database all the same', async () => {
    const database = await createTestDatabase();
    const leaked = new pg.Client({ connectionString: database.url, application_name: 'forgetful worker' });
    const broken = new Promise((resolve) => leaked.on('error', resolve));
    await leaked.connect();
    await leaked.query('SELECT 42 AS the_last_query');

    await expect(database.drop()).rejects.toThrow(
      /1 connection.*\n.*"forgetful worker" \(idle\).*SELECT 42 AS the_last_query/,
    );
    await broken;
    const again = new pg.Client({ connectionString: database.url });
    await expect(again.connect()).rejects.toMatchObject({ code: '3D000' });
  });

  it("fails when a client of the test's own pool was never given back", async () => {
    const database = await createTestDatabase();
    const client = await database.pool.connect();
    await client.query('SELECT 43 AS never_released');
    await expect(database.drop()).rejects.toThrow(/SELECT 43 AS never_released/);
    client.release(true);
  });
});
