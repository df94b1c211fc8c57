import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeScratchDirectory } from '@everytick/testing';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { readConfiguration } from './read-configuration.ts';
import { readTargetsFile } from './read-targets-file.ts';

const rules = { compilePattern: (pattern: string) => new RegExp(pattern) };

let directory: string;

beforeEach(async () => {
  directory = await makeScratchDirectory();
});

async function put(path: string, text: string): Promise<string> {
  const whole = join(directory, path);
  await mkdir(join(whole, '..'), { recursive: true });
  await writeFile(whole, text);
  return whole;
}

const read = async (path = directory) => {
  const { declarations, files } = await readConfiguration(path, rules, {});
  return { names: declarations.map(({ spec }) => spec.name), files: files.map((file) => file.slice(directory.length)) };
};

describe('the configuration at a path', () => {
  test('is a file', async () => {
    const path = await put('any.name', 'targets: [{ url: http://a.example }]');
    expect(await read(path)).toEqual({ names: ['a.example'], files: ['/any.name'] });
  });

  test('is all YAML files below a directory, sorted, but none whose name begins with a dot', async () => {
    await put('b.yml', 'targets: [{ url: http://b.example }]');
    await put('sub/a.yaml', 'targets: [{ url: http://c.example }]');
    await put('a.yaml', 'targets: [{ url: http://a.example }]');
    await put('D.YAML', 'targets: [{ url: http://d.example }]');
    await put('notes.txt', 'not: [yaml');
    await put('.hidden.yaml', 'not: [yaml');
    expect(await read()).toEqual({
      names: ['d.example', 'a.example', 'b.example', 'c.example'],
      files: ['/D.YAML', '/a.yaml', '/b.yml', '/sub/a.yaml'],
    });
  });

  test('is read once where it is a mounted ConfigMap', async () => {
    await put('..2026_01/a.yaml', 'targets: [{ url: http://a.example }]');
    await symlink('..2026_01', join(directory, '..data'));
    await symlink(join('..data', 'a.yaml'), join(directory, 'a.yaml'));
    expect(await read()).toEqual({ names: ['a.example'], files: ['/a.yaml'] });
  });

  test.each([
    ['nowhere', 'nowhere: cannot be read: there is no such file'],
    ['.', 'there is no file *.yaml or *.yml in this directory'],
  ])('that is %p is refused', async (path, problem) => {
    await expect(read(join(directory, path))).rejects.toMatchObject({
      code: 'targets_file_invalid',
      message: expect.stringContaining(problem),
    });
  });

  test('is read once where links lead into it again, or several to the same directory', async () => {
    await put('z/a.yaml', 'targets: [{ url: http://a.example }]');
    for (const link of ['again', 'and-again', 'z/up']) await symlink(directory, join(directory, link));
    await symlink('z', join(directory, 'b'));
    expect(await read()).toEqual({ names: ['a.example'], files: ['/z/a.yaml'] });
  });

  test('is read where a mounted ConfigMap has directories', async () => {
    await put('..2026_01/shop/a.yaml', 'targets: [{ url: http://a.example }]');
    await symlink('..2026_01', join(directory, '..data'));
    await symlink(join('..data', 'shop'), join(directory, 'shop'));
    expect(await read()).toEqual({ names: ['a.example'], files: ['/shop/a.yaml'] });
  });
});

test.each([
  ['source: shop\ntargets: [{ url: http://a.example }]', "its targets belong to a source, 'shop'"],
  ['targets: [{ url: http://a.example, paused: true }]', "it says whether 'a.example' is paused"],
  ['targets: []', 'there is no target in it'],
])('%p is nothing to add targets from', async (text, problem) => {
  const path = await put('a.yaml', text);
  await expect(readTargetsFile(path, rules, {})).rejects.toMatchObject({
    code: 'targets_file_invalid',
    message: expect.stringContaining(problem),
  });
});
