// Whatever a configuration says: what is applied, exported and read again has nothing to change, and applying it once more
// touches no row.

import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { anyPatternRules, targetDeclarations } from '@everytick/testing/target-arbitrary';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseConfiguration } from '../configuration/parse-configuration.ts';
import { writeConfiguration } from '../configuration/write-configuration.ts';
import { checkOptionNames } from '../targets/check-options-schema.ts';
import { applyTargets } from './apply-targets.ts';
import { exportTargets } from './export-targets.ts';
import { planTargets } from './plan-targets.ts';

/** To look for longer: PROPERTY_RUNS=10000 PROPERTY_MS=600000. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 150);
const LONGEST_MS = Number(process.env['PROPERTY_MS'] ?? 60_000);

const options = { prune: true, adopt: false };
const source = fc.constantFrom('shop', 'a.b-c_d', '0', '1e3', 'true');

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const removeAll = () => database.query('UPDATE monitored_targets SET deleted_at = now() WHERE deleted_at IS NULL');
const versions = async () =>
  (
    await database.query<{ version: string }>(
      'SELECT id, xmin::text AS version FROM monitored_targets WHERE deleted_at IS NULL ORDER BY id',
    )
  ).rows;

test(
  'a random configuration survives apply, export and apply with nothing to change',
  async () => {
    const cameUp = new Set<string>();
    const survives = fc.asyncProperty(source, targetDeclarations(6), async (name, declarations) => {
      const set = { source: name, declarations };
      for (const { spec } of declarations) for (const option of Object.keys(spec.options)) cameUp.add(option);

      await applyTargets(database.pool, set, options);
      expect((await planTargets(database.pool, set, options)).changes).toEqual([]);
      const before = await versions();

      const text = writeConfiguration(await exportTargets(database.pool));
      const again = parseConfiguration([{ path: 'exported.yaml', text }], anyPatternRules, {});
      expect(again.source).toBe(name);
      const { changes, unchanged } = await applyTargets(database.pool, again, options);
      expect({ changes, unchanged }).toEqual({ changes: [], unchanged: declarations.length });
      expect(await versions()).toEqual(before);
    });
    await fc.assert(survives.beforeEach(removeAll), {
      numRuns: RUNS,
      interruptAfterTimeLimit: LONGEST_MS,
      markInterruptAsFailure: true,
    });
    expect([...cameUp].sort()).toEqual([...checkOptionNames].sort());
  },
  LONGEST_MS + 30_000,
);
