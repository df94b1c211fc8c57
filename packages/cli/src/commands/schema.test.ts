import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runEverytick } from '@everytick/testing';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';

const root = new URL('../../../../', import.meta.url);
const published = readFileSync(new URL('packages/core/schema/everytick.schema.json', root), 'utf8');

test('everytick schema prints what is published, or writes it to a file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'everytick-schema-'));
  const path = join(directory, 'everytick.schema.json');
  try {
    const [printed, written, impossible] = await Promise.all([
      runEverytick(['schema']),
      runEverytick(['schema', '--to', path]),
      runEverytick(['schema', '--to', join(directory, 'absent', 'x.json')]),
    ]);
    expect(printed).toMatchObject({ code: 0, stdout: published });
    expect(written).toMatchObject({ code: 0, stdout: '' });
    expect(written.stderr).toContain(`# yaml-language-server: $schema=${path}`);
    expect(readFileSync(path, 'utf8')).toBe(published);
    expect(impossible).toMatchObject({ code: 2 });
    expect(impossible.stderr).toContain('cannot be written');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('the schema allows every targets file in the README', () => {
  const valid = new Ajv2020({ strict: false }).compile(JSON.parse(published));
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const files = [...readme.matchAll(/^```yaml\n(.*?)^```$/gms)]
    .map(([, text = '']) => text)
    .filter((text) => /^targets:$/m.test(text));
  expect(files.length).toBeGreaterThan(1);
  for (const text of files) {
    const result = valid(parse(text, { merge: true }));
    expect([text, result, valid.errors]).toEqual([text, true, null]);
  }
});
