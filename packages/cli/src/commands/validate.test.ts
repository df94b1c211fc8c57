// As people type it, where there is neither a database nor an API.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeScratchDirectory, runEverytick } from '@everytick/testing';
import { beforeAll, describe, expect, test } from '@jest/globals';

let cwd: string;
beforeAll(async () => {
  cwd = await makeScratchDirectory();
  await mkdir(join(cwd, 'targets'));
  await writeFile(join(cwd, 'targets', 'a.yaml'), 'source: platform\ntargets: [{url: "https://a.example/"}]\n');
  await writeFile(join(cwd, 'targets', 'b.yaml'), 'targets: [{url: "https://b.example/"}]\n');
  await writeFile(join(cwd, 'plain.yaml'), 'targets: [{url: "https://a.example/"}]\n');
  await writeFile(join(cwd, 'broken.yaml'), 'targets:\n  - {url: nonsense, evry: 3}\n');
});

const validate = (...args: string[]) => runEverytick(['validate', ...args], { cwd });

describe('validate', () => {
  test('says what a configuration declares', async () => {
    const verdict = { code: 0, stdout: "2 targets in 2 files, source 'platform': valid\n", stderr: '' };
    expect(await validate('-f', 'targets')).toEqual(verdict);
    expect((await validate('-f', 'plain.yaml')).stdout).toBe('1 target in 1 file: valid\n');
    expect(JSON.parse((await validate('-f', 'targets', '--json')).stdout)).toEqual({
      valid: true,
      source: 'platform',
      targets: 2,
      files: ['targets/a.yaml', 'targets/b.yaml'],
    });
    expect((await validate('-f', 'plain.yaml', '--output', 'yaml')).stdout).toMatch(/^valid: true\nsource: null\n/);
  });

  test('tells programs the mistakes where they read the answer', async () => {
    const { code, stdout, stderr } = await validate('-f', 'broken.yaml', '--json');
    expect(code).toBe(2);
    const { valid, problems } = JSON.parse(stdout);
    expect(valid).toBe(false);
    expect(problems).toEqual(
      expect.arrayContaining([
        { file: 'broken.yaml', line: 2, column: 21, message: expect.stringContaining("unknown field 'evry'") },
      ]),
    );
    expect(stderr.match(/broken\.yaml:2:/g)).toHaveLength(problems.length);
  });

  test.each([
    [['-f', 'broken.yaml'], 'everytick: broken.yaml:2:'],
    [['-f', 'nowhere.yaml'], 'there is no such file'],
    [[], 'give -f PATH'],
    [['plain.yaml'], 'did you mean -f plain.yaml?'],
  ])('ends with 2 and the mistakes of %j', async (args, message) => {
    const { code, stdout, stderr } = await validate(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
