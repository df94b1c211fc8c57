import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestDatabase, eventually, everytick, makeScratchDirectory, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('coordinators, leading or not, apply the configuration at EVERYTICK_CONFIG_PATH when they start and when it changes', async () => {
  const path = join(await makeScratchDirectory(), 'everytick.yaml');
  await writeFile(
    path,
    'targets: [{ url: "https://$' + '{domain}/", match: ok, expect: { json: [{ path: $.a, equals: 1 }] } }]\n',
  );
  const env = {
    EVERYTICK_DATABASE_URL: database.url,
    EVERYTICK_CONFIG_PATH: path,
    EVERYTICK_CONFIG_SOURCE: 'shop',
    EVERYTICK_VAR_domain: 'shop.example',
  };
  const coordinators = [await everytick(['coordinator'], { env }), await everytick(['coordinator'], { env })];
  for (const coordinator of coordinators) await coordinator.waitForOutput('the configuration is in force', 20_000);
  const targets = async () => {
    const { rows } = await database.query<{ name: string; source: string }>(
      'SELECT name, source FROM monitored_targets WHERE deleted_at IS NULL',
    );
    return rows;
  };
  expect(await targets()).toEqual([{ name: 'shop.example', source: 'shop' }]);

  await writeFile(path, 'targets:\n  - url: https://shop.example/\n    evry: 5s\n');
  for (const coordinator of coordinators) await coordinator.waitForOutput(`${path}:3:5: unknown field 'evry'`, 20_000);
  expect(await targets()).toEqual([{ name: 'shop.example', source: 'shop' }]);

  await writeFile(path, 'targets: [{ url: "https://blog.example/" }]\n');
  await eventually(async () => expect(await targets()).toEqual([{ name: 'blog.example', source: 'shop' }]), {
    timeoutMs: 20_000,
  });
  for (const coordinator of coordinators) {
    expect(coordinator.output).not.toMatch('EVERYTICK_VAR_domain is no setting');
    coordinator.signal('SIGTERM');
    expect(await coordinator.exited).toEqual({ code: 0, signal: null });
  }
});
