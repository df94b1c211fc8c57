import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretText } from '@everytick/core';
import { makeScratchDirectory, startProcess } from '@everytick/testing';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { SecretMissing, SecretResolver } from './secret-resolver.ts';

let scratch: string;
let directory: string;
let nowMs: number;
beforeEach(async () => {
  scratch = await makeScratchDirectory();
  directory = join(scratch, 'secrets');
  await mkdir(directory);
  nowMs = 0;
});

const resolver = (environment: NodeJS.ProcessEnv = {}) =>
  new SecretResolver({ envPrefix: 'EVERYTICK_SECRET_', directory, environment, now: () => nowMs });

/** The sentence of what is thrown. */
function refusal(secrets: SecretResolver, value: SecretText): string {
  try {
    secrets.resolve(value);
  } catch (error) {
    expect(error).toBeInstanceOf(SecretMissing);
    return (error as Error).message;
  }
  throw new Error('it was resolved');
}

test('a literal is its own value', () => {
  expect(resolver().resolve('open sesame')).toBe('open sesame');
  expect(resolver().resolve('')).toBe('');
});

describe('a reference to the environment', () => {
  test('is the value of that variable', () => {
    expect(resolver({ EVERYTICK_SECRET_SHOP: ' open sesame\n' }).resolve({ env: 'EVERYTICK_SECRET_SHOP' })).toBe(
      ' open sesame\n',
    );
  });

  test('has to begin with the prefix', () => {
    const secrets = resolver({ HOME: '/root', EVERYTICK_DATABASE_URL: 'postgres://me:hunter2@db/x' });
    for (const env of [
      'HOME',
      'EVERYTICK_DATABASE_URL',
      '',
      'everytick_secret_shop',
      ' EVERYTICK_SECRET_SHOP',
      'ABSENT',
    ]) {
      expect(refusal(secrets, { env })).toBe(
        `the secret {env: ${env}} is not allowed: names have to begin with EVERYTICK_SECRET_ (EVERYTICK_SECRET_ENV_PREFIX of the worker)`,
      );
    }
  });

  test('is missing where the variable is not set, or empty', () => {
    const secrets = resolver({ EVERYTICK_SECRET_EMPTY: '' });
    expect(refusal(secrets, { env: 'EVERYTICK_SECRET_SHOP' })).toBe(
      "the secret {env: EVERYTICK_SECRET_SHOP} is missing: that variable is not set in the worker's environment",
    );
    expect(refusal(secrets, { env: 'EVERYTICK_SECRET_EMPTY' })).toContain('is empty');
  });

  test('may have any name where any is allowed, but is never what every object has', () => {
    const secrets = new SecretResolver({ envPrefix: '', directory: null, environment: { SHOP: 'open sesame' } });
    expect(secrets.resolve({ env: 'SHOP' })).toBe('open sesame');
    for (const env of ['constructor', '__proto__', 'toString']) expect(refusal(secrets, { env })).toContain('not set');
  });

  test('follows the environment of the process', () => {
    const secrets = new SecretResolver({ envPrefix: 'EVERYTICK_SECRET_TEST_', directory: null });
    process.env['EVERYTICK_SECRET_TEST_ONE'] = 'one';
    try {
      expect(secrets.resolve({ env: 'EVERYTICK_SECRET_TEST_ONE' })).toBe('one');
    } finally {
      delete process.env['EVERYTICK_SECRET_TEST_ONE'];
    }
  });
});

describe('a reference to a file', () => {
  test.each([
    ['open sesame', 'open sesame'],
    ['open sesame\n', 'open sesame'],
    ['open sesame\r\n', 'open sesame'],
    ['open sesame\n\n', 'open sesame\n'],
    ['  Zürich \n', '  Zürich '],
  ])('is its text without the last line break: %j', async (written, value) => {
    await writeFile(join(directory, 'shop'), written);
    expect(resolver().resolve({ file: 'shop' })).toBe(value);
    expect(resolver().resolve({ file: join(directory, 'shop') })).toBe(value);
  });

  test('has to lie in the directory, whatever the path looks like', async () => {
    await writeFile(join(scratch, 'outside'), 'hunter2');
    await mkdir(`${directory}-too`);
    await writeFile(`${directory}-too/shop`, 'hunter2');
    const secrets = resolver();
    const outside = ['../outside', join(scratch, 'outside'), '/etc/passwd', '', '.', '..', 'x/../../outside', '/'];
    for (const file of [...outside, '../secrets-too/shop', '../absent', directory]) {
      expect(refusal(secrets, { file })).toBe(
        `the secret {file: ${file}} is not allowed: files have to be in ${directory} (EVERYTICK_SECRET_DIR of the worker)`,
      );
    }
  });

  test('may lie below, and its path may go up and down again', async () => {
    await mkdir(join(directory, 'a'));
    await writeFile(join(directory, 'a', '..shop'), 'open sesame');
    expect(resolver().resolve({ file: 'a/..shop' })).toBe('open sesame');
    expect(resolver().resolve({ file: 'b/../a/..shop' })).toBe('open sesame');
  });

  test('must not be led out of the directory by a symbolic link', async () => {
    await writeFile(join(scratch, 'outside'), 'hunter2');
    await symlink(join(scratch, 'outside'), join(directory, 'link'));
    await symlink(scratch, join(directory, 'up'));
    for (const file of ['link', 'up/outside']) {
      expect(refusal(resolver(), { file })).toContain(
        'is a symbolic link that leads out of there; files have to be in',
      );
    }
  });

  test('may be reached through a directory that is a symbolic link itself', async () => {
    await writeFile(join(directory, 'shop'), 'open sesame');
    await symlink(directory, join(scratch, 'alias'));
    const secrets = new SecretResolver({ envPrefix: 'X_', directory: join(scratch, 'alias') });
    expect(secrets.resolve({ file: 'shop' })).toBe('open sesame');
  });

  test('is missing where there is nothing to read, and is there as soon as there is', async () => {
    const secrets = resolver();
    expect(refusal(secrets, { file: 'shop' })).toBe(
      `the secret {file: shop} is missing: ${directory}/shop does not exist; files have to be in ${directory} (EVERYTICK_SECRET_DIR of the worker)`,
    );
    await writeFile(join(directory, 'shop'), '\n');
    nowMs += 1_000;
    expect(refusal(secrets, { file: 'shop' })).toContain('shop is empty');
    await writeFile(join(directory, 'shop'), 'open sesame');
    nowMs += 1_000;
    expect(secrets.resolve({ file: 'shop' })).toBe('open sesame');
    await rm(directory, { recursive: true });
    nowMs += 1_000;
    expect(refusal(secrets, { file: 'shop' })).toContain('does not exist');
  });

  test('must be text of at most 64 KiB', async () => {
    await writeFile(join(directory, 'longest'), 'x'.repeat(65_536));
    await writeFile(join(directory, 'longer'), 'x'.repeat(65_537));
    await writeFile(join(directory, 'binary'), Buffer.from([0x61, 0xff, 0xfe]));
    await mkdir(join(directory, 'folder'));
    expect(resolver().resolve({ file: 'longest' })).toHaveLength(65_536);
    expect(refusal(resolver(), { file: 'longer' })).toContain('is longer than 65536 bytes');
    expect(refusal(resolver(), { file: 'binary' })).toContain('is not text in UTF-8');
    expect(refusal(resolver(), { file: 'folder' })).toContain('is no regular file');
  });

  test('must not be a pipe, on which a worker would wait', async () => {
    const made = await startProcess('mkfifo', [join(directory, 'pipe')]);
    expect(await made.exited).toEqual({ code: 0, signal: null });
    expect(refusal(resolver(), { file: 'pipe' })).toContain('is no regular file');
  });

  test('may be any file where any is allowed', async () => {
    await writeFile(join(scratch, 'outside'), 'open sesame');
    const secrets = new SecretResolver({ envPrefix: '', directory: null });
    expect(secrets.resolve({ file: join(scratch, 'outside') })).toBe('open sesame');
    expect(refusal(secrets, { file: join(scratch, 'absent') })).toMatch(/does not exist$/);
  });
});

describe('a rotated secret', () => {
  test('is used without a restart, and looked for no more than once a second', async () => {
    const secrets = resolver();
    await writeFile(join(directory, 'shop'), 'first');
    expect(secrets.resolve({ file: 'shop' })).toBe('first');
    await writeFile(join(directory, 'new'), 'again');
    await rename(join(directory, 'new'), join(directory, 'shop'));
    nowMs += 999;
    expect(secrets.resolve({ file: 'shop' })).toBe('first');
    nowMs += 1;
    expect(secrets.resolve({ file: 'shop' })).toBe('again');
    await writeFile(join(directory, 'shop'), 'third');
    nowMs += 1_000;
    expect(secrets.resolve({ file: 'shop' })).toBe('third');
  });

  test('is found the way Kubernetes mounts and rotates it', async () => {
    const mount = async (version: string, value: string) => {
      await mkdir(join(directory, version));
      await writeFile(join(directory, version, 'shop'), value);
      await symlink(version, join(directory, '..data_tmp'));
      await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    };
    await mount('..2026_01_01', 'first');
    await symlink('..data/shop', join(directory, 'shop'));
    const secrets = resolver();
    expect(secrets.resolve({ file: 'shop' })).toBe('first');
    await mount('..2026_02_02', 'again');
    await rm(join(directory, '..2026_01_01'), { recursive: true });
    nowMs += 1_000;
    expect(secrets.resolve({ file: 'shop' })).toBe('again');
  });

  test('is not read from a link that was turned to lead out of the directory', async () => {
    await writeFile(join(directory, 'inside'), 'open sesame');
    await writeFile(join(scratch, 'outside'), 'hunter2');
    await symlink('inside', join(directory, 'link'));
    const secrets = resolver();
    expect(secrets.resolve({ file: 'link' })).toBe('open sesame');
    await symlink('../outside', join(directory, 'other'));
    await rename(join(directory, 'other'), join(directory, 'link'));
    nowMs += 1_000;
    expect(refusal(secrets, { file: 'link' })).toContain('leads out');
  });
});
