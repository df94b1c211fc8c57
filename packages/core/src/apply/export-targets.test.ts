import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { writeConfiguration } from '../configuration/write-configuration.ts';
import { addTargets, removeTargets } from '../targets/stored-targets.ts';
import { pauseTargets } from '../targets/target-life.ts';
import { parseTargetSpec, type TargetSpecInput } from '../targets/target-spec.ts';
import { applyTargets } from './apply-targets.ts';
import { exportTargets } from './export-targets.ts';

let database: TestDatabase;

const spec = (given: TargetSpecInput) => parseTargetSpec(given, { compilePattern: () => undefined });

beforeAll(async () => {
  database = await createTestDatabase();
  await addTargets(database.pool, [
    spec({ name: 'by hand', url: 'https://hand.example/' }),
    spec({ name: 'removed', url: 'https://removed.example/' }),
  ]);
  await removeTargets(database.pool, ['removed']);
  const declarations = [
    spec({
      name: 'shop',
      url: `https://shop.example/?a=$\{B}`,
      every: '5m',
      group: 'web',
      labels: { team: 'a', tier: 1 },
      locations: ['default', 'berlin'],
      timeout: '3s',
      expect: { status: [200, 404], tls: 'required' },
      method: 'PUT',
      body: 'a\nb\n',
    }),
    spec({ name: 'blog', url: 'https://blog.example/', labels: { team: 'b' } }),
  ].map((each) => ({ spec: each, paused: null }));
  await applyTargets(database.pool, { source: 'web', declarations }, { prune: false, adopt: false });
  await pauseTargets(database.pool, ['blog']);
});
afterAll(() => database.drop());

it('writes what a source declares, without what is so by default', async () => {
  expect(writeConfiguration(await exportTargets(database.pool, { source: 'web' }))).toBe(`source: web
targets:
  - name: blog
    url: https://blog.example/
    labels:
      team: b
    every: 1m
    paused: true
  - name: shop
    url: https://shop.example/?a=$\${B}
    group: web
    labels:
      team: a
      tier: "1"
    every: 5m
    timeout: 3s
    locations: [default, berlin]
    method: PUT
    body: |
      a
      b
    expect:
      tls: required
      status: ["200", "404"]
`);
});

it('says which sets there are where targets belong to several', async () => {
  await expect(exportTargets(database.pool)).rejects.toMatchObject({
    code: 'target_source_conflict',
    message:
      "these targets belong to several sets, and a file declares one: made by hand (1), source 'web' (2); say which with --source NAME or --by-hand",
  });
});

it.each([
  [{ source: null }, ['by hand']],
  [{ group: 'web' }, ['shop']],
  [{ labels: { team: 'b' } }, ['blog']],
  [{ labels: { team: 'a', tier: '1' }, source: 'web' }, ['shop']],
])('finds targets by %j', async (filter, names) => {
  const { declarations } = await exportTargets(database.pool, filter);
  expect(declarations.map(({ spec: { name } }) => name)).toEqual(names);
});

it('says what there is where nothing passes the filter', async () => {
  const wanted = { source: 'wbe', group: 'x', labels: { team: 'a' } };
  await expect(exportTargets(database.pool, wanted)).rejects.toMatchObject({
    code: 'target_not_found',
    message:
      "no target belongs to the source 'wbe' and is in the group 'x' and has the label team=a; there are: made by hand (1), source 'web' (2)",
  });
});

it('leaves out a password that an older version has stored, and says of whom', async () => {
  await database.query("UPDATE monitored_targets SET url = 'https://me:hunter2@hand.example/' WHERE name = 'by hand'");
  const exported = await exportTargets(database.pool, { source: null });
  expect(exported.passwordsLeftOut).toEqual(['by hand']);
  expect(writeConfiguration(exported)).toContain('url: https://me@hand.example/');
});
