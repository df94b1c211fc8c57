// The commands as people type them.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, runEverytick, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'everytick-apply-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});
beforeEach(async () => {
  await database.query('TRUNCATE monitored_targets, target_changes CASCADE');
});

const run = (...args: string[]) => runEverytick(args, { cwd: folder, env: { EVERYTICK_DATABASE_URL: database.url } });
const file = (name: string, text: string) => writeFile(join(folder, name), text);

const web = `
source: web
targets:
  - {name: shop, url: 'https://shop.example/', every: 10s, locations: [default, mars]}
  - {name: blog, url: 'https://blog.example/', headers: {x-key: {env: MY_KEY}}}
`;

describe('plan and apply', () => {
  it('show what is to be changed, do it, and find nothing more to change', async () => {
    await file('web.yaml', web);
    const planned = await run('plan', '-f', 'web.yaml');
    expect(planned.stdout).toBe(
      '+ blog  https://blog.example/  every 1m\n    1 header\n' +
        '+ shop  https://shop.example/  every 10s\n    from default and mars\n\n' +
        'Plan: 2 to add, 0 to change, 0 to remove; 0 unchanged.\n',
    );
    expect(planned.stderr).toContain("note: location 'mars' has no worker yet");
    expect(planned.stderr).toMatch(
      /\nnote: workers read secrets from variables that begin with EVERYTICK_SECRET_.*: MY_KEY\n$/,
    );
    const applied = await run('apply', '-f', 'web.yaml');
    expect(applied).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\nApplied: 2 added, 0 changed, 0 removed; 0 unchanged\.\n$/),
    });
    expect(applied.stderr).toBe(planned.stderr);
    const again = await run('apply', '-f', 'web.yaml', '--prune');
    expect(again).toEqual({ code: 0, stdout: 'Nothing to change: 2 targets as declared.\n', stderr: '' });
  });

  it('answer programs with a document, and with exit codes', async () => {
    await file('web.yaml', web);
    const planned = await run('plan', '-f', 'web.yaml', '--json', '--detailed-exitcode');
    expect(planned.code).toBe(2);
    expect(JSON.parse(planned.stdout)).toMatchObject({
      source: 'web',
      applied: false,
      unchanged: 0,
      added: 2,
      undeclared: [],
      changes: [{ action: 'add', name: 'blog', id: null }, { name: 'shop' }],
    });
    const { changes, ...others } = JSON.parse((await run('apply', '-f', 'web.yaml', '--json')).stdout);
    expect(changes.every(({ id }: { id: number }) => id > 0)).toBe(true);
    expect(others).toEqual({
      source: 'web',
      applied: true,
      added: 2,
      changed: 0,
      removed: 0,
      unchanged: 0,
      undeclared: [],
    });
    expect((await run('plan', '-f', 'web.yaml', '--detailed-exitcode')).code).toBe(0);
    const failed = await run('plan', '-f', 'nowhere.yaml', '--detailed-exitcode');
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no such file') });
    expect((await run('plan', '-f', 'web.yaml', '--detailed-exitcode', '--prone')).code).toBe(1);
    expect((await run('plan', 'web.yaml', '--detailed-exitcode')).code).toBe(1);
  });

  it('tell of targets that are not declared any more, which are no change', async () => {
    await file('web.yaml', web);
    await run('apply', '-f', 'web.yaml');
    await file('web.yaml', web.replace(/.*shop.*\n/, ''));
    const stays = "1 target of source 'web' is no longer declared and stays: shop (--prune removes it)\n";
    for (const command of [['plan', '--detailed-exitcode'], ['apply']]) {
      expect(await run(...command, '-f', 'web.yaml')).toMatchObject({
        code: 0,
        stdout: `Nothing to change: 1 target as declared.\n${stays}`,
      });
    }
    expect((await run('apply', '-f', 'web.yaml', '--prune')).stdout).toBe(
      '- shop  https://shop.example/  every 10s\n\nApplied: 0 added, 0 changed, 1 removed; 1 unchanged.\n',
    );
  });

  it('read a directory', async () => {
    await rm(join(folder, 'targets'), { recursive: true, force: true });
    await mkdir(join(folder, 'targets'));
    await file('targets/a.yaml', "targets: [{name: a, url: 'https://a.example/'}]");
    await file('targets/b.yml', "targets: [{name: b, url: 'https://b.example/'}]");
    expect((await run('plan', '-f', 'targets', '--source', 'both')).stdout).toContain('Plan: 2 to add');
  });

  it.each<[string[], number, string]>([
    [[], 2, 'everytick: give -f PATH: a YAML file, a directory of them, or - for standard input'],
    [['-f', 'a.yaml', '-f', 'b.yaml'], 2, '--file is given twice'],
    [['web.yaml'], 2, "one argument too many, 'web.yaml'; did you mean -f web.yaml?"],
    [['-f', 'a.yaml', 'b.yaml'], 2, "one argument too many, 'b.yaml'; for several files give the directory"],
    [
      ['-f', 'plain.yaml', '--prune'],
      2,
      '--prune needs to know whose targets: give --source NAME, or source: in the file',
    ],
    [['-f', 'plain.yaml', '--source', 'My Shop'], 2, "'My Shop' is no name of a source; allowed are"],
    [
      ['-f', 'web.yaml', '--source', 'shop'],
      2,
      '--source shop does not go with what is in web.yaml, which says source: web',
    ],
    [['-f', 'broken.yaml'], 2, 'everytick: broken.yaml:2:'],
  ])('say of %j what is wrong', async (args, code, message) => {
    await file('web.yaml', web);
    await file('plain.yaml', "targets: [{url: 'https://a.example/'}]");
    await file('broken.yaml', 'targets:\n  - {url: nonsense, evry: 3}\n');
    for (const command of ['plan', 'apply']) {
      const { code: exit, stdout, stderr } = await run(command, ...args);
      expect({ exit, stdout }).toEqual({ exit: code, stdout: '' });
      expect(stderr).toContain(message);
      expect(stderr).not.toContain('    at ');
    }
  });

  it('refuse targets of another source, and take them over if told to', async () => {
    await file('web.yaml', web);
    await file('shop.yaml', "source: shop\ntargets: [{name: shop, url: 'https://shop.example/'}]");
    await run('apply', '-f', 'web.yaml');
    const refused = await run('apply', '-f', 'shop.yaml');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /^everytick: 'shop' belongs to the source 'web'\neverytick: Nothing was changed\. .*--adopt/,
    );
    expect((await run('apply', '-f', 'shop.yaml', '--adopt')).stdout).toContain('    source: web -> shop\n');
  });
});

test('apply has no --dry-run, and says what does that', async () => {
  const { code, stderr } = await run('apply', '-f', 'web.yaml', '--dry-run');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'everytick: there is no --dry-run; did you mean "everytick plan -f web.yaml"?\n',
  });
});

describe('export', () => {
  it('writes what apply would not change', async () => {
    await file('web.yaml', web);
    await run('apply', '-f', 'web.yaml');
    const exported = await run('export', '--to', 'exported.yaml');
    expect(exported).toEqual({ code: 0, stdout: '', stderr: 'wrote 2 targets to exported.yaml\n' });
    expect((await run('apply', '-f', 'exported.yaml')).stdout).toBe('Nothing to change: 2 targets as declared.\n');
    expect((await run('export')).stdout).toBe(await readFile(join(folder, 'exported.yaml'), 'utf8'));
  });

  it('asks which set is meant where there are several', async () => {
    await file('web.yaml', web);
    await run('apply', '-f', 'web.yaml');
    await run('targets', 'add', 'https://hand.example/', '--name', 'hand');
    const { code, stderr } = await run('export');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        "everytick: these targets belong to several sets, and a file declares one: made by hand (1), source 'web' (2); " +
        'say which with --source NAME or --by-hand\n',
    });
    expect((await run('export', '--by-hand')).stdout).toBe(
      'targets:\n  - name: hand\n    url: https://hand.example/\n    every: 1m\n',
    );
    expect((await run('export', '--source', 'nobody')).stderr).toContain("no target belongs to the source 'nobody'");
  });

  it.each<[string[], string]>([
    [['--source', 'a', '--by-hand'], 'give either --source or --by-hand, not both'],
    [['--label', 'team'], "--label 'team' has to be"],
  ])('says of %j what is wrong', async (args, message) => {
    const { code, stderr } = await run('export', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
