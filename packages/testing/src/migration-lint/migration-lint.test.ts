// squawk as CI runs it: the command of package.json, whose exit code decides.

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { startProcess } from '../processes.ts';
import { makeScratchDirectory } from '../scratch-server.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const command: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts['lint:migrations'];

async function lint(...files: readonly string[]): Promise<{ code: number | null; found: string[] }> {
  const child = await startProcess('sh', ['-c', `${command} "$@"`, 'sh', ...files], { cwd: root });
  const { code } = await child.exited;
  const found = child.stdout.match(/^\d{4}_\w+\.sql:\d+ [a-z-]+/gm) ?? [];
  // Otherwise it did not lint at all.
  expect(child.stderr).toBe('');
  return { code, found };
}

async function example(...statements: readonly string[]): Promise<string> {
  const path = join(await makeScratchDirectory(), '0007_example.sql');
  await writeFile(path, ["SET LOCAL lock_timeout = '5s';", ...statements].join('\n'));
  return path;
}

test('the migrations have nothing that is not explained', async () => {
  expect(await lint()).toEqual({ code: 0, found: [] });
});

test('what would stop the workers is noticed, and fails', async () => {
  const path = await example(
    'CREATE INDEX check_results_worker ON check_results (worker_id);',
    'ALTER TABLE leases ALTER COLUMN epoch TYPE bigint;',
    'ALTER TABLE monitored_targets DROP COLUMN labels;',
    'ALTER TABLE monitored_targets RENAME COLUMN url TO address;',
    'ALTER TABLE leases ALTER COLUMN skip_from SET NOT NULL;',
  );
  expect(await lint(path)).toEqual({
    code: 1,
    found: [
      '0007_example.sql:2 require-concurrent-index-creation',
      '0007_example.sql:3 changing-column-type',
      '0007_example.sql:4 ban-drop-column',
      '0007_example.sql:5 renaming-column',
      '0007_example.sql:6 adding-not-nullable-field',
    ],
  });
});

test('what is explained beside the statement is let through', async () => {
  const path = await example('-- squawk-ignore ban-drop-column', 'ALTER TABLE monitored_targets DROP COLUMN labels;');
  expect(await lint(path)).toEqual({ code: 0, found: [] });
});
