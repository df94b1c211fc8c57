// Completion as shells ask for it: a real bash, the real command, and names from a real database.

import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, makeScratchDirectory, startProcess, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { scripts } from './scripts.ts';
import { quoted, shellWords } from './shell-words.ts';

let database: TestDatabase;
let directory: string;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(
    `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, location_ids) SELECT name, 'http://a.example/', 60, 1000, '{1}'
     FROM unnest(ARRAY['shop', 'shop:eu', 'my shop', '$(touch pwned)', '\`touch pwned\`;touch pwned']) AS name`,
  );
  directory = await makeScratchDirectory();
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const command = join(directory, 'everytick');
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' --conditions=everytick-source '${main}' "$@"\n`);
  await chmod(command, 0o755);
  await writeFile(join(directory, 'completion.bash'), scripts.bash);
  // As readline does it: words are broken at = and : too, and the function hears which of them is being written.
  await writeFile(
    join(directory, 'ask.bash'),
    `source ./completion.bash
COMP_LINE="$1" COMP_POINT=\${#1} COMP_WORDS=(./everytick) COMP_CWORD=1
_everytick ./everytick "$2" "$3"
printf '%s\\n' "\${COMPREPLY[@]}"
ls pwned 2>/dev/null
`,
  );
});
afterAll(() => database.drop());

async function completed(line: string, written: string, env: Record<string, string> = {}): Promise<string[]> {
  const args = ['--norc', join(directory, 'ask.bash'), line, written, ''];
  const shell = await startProcess('bash', args, {
    cwd: directory,
    env: { EVERYTICK_DATABASE_URL: database.url, ...env },
  });
  expect((await shell.exited).code).not.toBeNull();
  expect(shell.stderr).toBe('');
  return shell.stdout.split('\n').filter((reply) => reply !== '');
}

describe('bash completes', () => {
  test.each<[string, string, string[]]>([
    ['everytick targets re', 're', ['resume', 'remove', 'restore']],
    ['everytick targets list --st', '--st', ['--state']],
    ['everytick targets list --output=', '', ['table', 'json', 'yaml']],
    ['everytick results --outcome d', 'd', ['degraded', 'down']],
    ['everytick targets pause shop', 'shop', ['shop', 'shop:eu']],
    ['everytick targets show shop:', '', ['eu']],
    ['everytick targets edit my', 'my', ['my\\ shop']],
    ['everytick targets edit "my', '"my', ['my shop']],
    ['everytick targets edit $', '$', ['\\$\\(touch\\ pwned\\)']],
    ['everytick summary shop --location ', '', ['default']],
    ['everytick completion ', '', ['bash', 'zsh', 'fish']],
    ['everytick locations list x', 'x', []],
  ])(
    '%s',
    async (line, written, replies) => {
      expect(await completed(line, written)).toEqual(replies);
    },
    30_000,
  );

  test('nothing where the names cannot be had, and says nothing about it', async () => {
    const env = { EVERYTICK_DATABASE_URL: 'postgres://127.0.0.1:1/none' };
    expect(await completed('everytick targets show ', '', env)).toEqual([]);
  }, 30_000);
});

test.each<[string, string[], boolean]>([
  ['a b', ['a', 'b'], false],
  ['a ', ['a', ''], false],
  ['a "b c', ['a', 'b c'], true],
  [`a 'b $c' d\\ e`, ['a', 'b $c', 'd e'], false],
  ['a "b \\"c\\n" ', ['a', 'b "c\\n', ''], false],
  ['a ""', ['a', ''], false],
])('a line of bash is taken apart, with nothing in it expanded: %s', (line, words, open) => {
  expect(shellWords(line)).toEqual({ words, quoted: open });
});

test('a word is written so that bash reads it again', () => {
  for (const word of ['a b', `it's "quoted"`, '$(x)`y`;&|<>', 'a*b?[c]{d,e}~!#\\', 'münchen 監視']) {
    expect(shellWords(`x ${quoted(word)}`).words).toEqual(['x', word]);
  }
});
