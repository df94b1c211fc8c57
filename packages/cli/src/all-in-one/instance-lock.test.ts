import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeScratchDirectory } from '@everytick/testing';
import { beforeEach, expect, test } from '@jest/globals';
import { acquireInstanceLock, readRunningInstance } from './instance-lock.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await makeScratchDirectory();
});

test('a second holder is refused and told the process that holds it', async () => {
  const lock = await acquireInstanceLock(dataDir);
  await expect(acquireInstanceLock(dataDir)).rejects.toMatchObject({
    code: 'already_running',
    message: expect.stringContaining(`already running (process ${process.pid})`),
  });
  lock.release();
  (await acquireInstanceLock(dataDir)).release();
  expect(await readdir(dataDir)).toEqual([]);
});

test('a folder that cannot be made is named, with the reason', async () => {
  await writeFile(join(dataDir, 'a-file'), '');
  await expect(acquireInstanceLock(join(dataDir, 'a-file', 'data'))).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(/^--data-dir .*a-file\/data: cannot write there \(ENOTDIR\)/),
  });
});

test.each([
  ['of a process that is no more', { pid: 2 ** 22 + 1, identity: 'x' }],
  ['of an earlier process with a number that lives again', { pid: process.pid, identity: 'another start' }],
  ['that was written by halves', '{"pid": 1'],
])('a lock %s is stale', async (_, content) => {
  await writeFile(join(dataDir, 'up.lock'), typeof content === 'string' ? content : JSON.stringify(content));
  expect(await readRunningInstance(dataDir)).toBeNull();
  const lock = await acquireInstanceLock(dataDir);
  expect((await readRunningInstance(dataDir))?.pid).toBe(process.pid);
  lock.release();
});

test('of many who find a stale lock one gets a new one', async () => {
  for (let round = 0; round < 20; round++) {
    await writeFile(join(dataDir, 'up.lock'), JSON.stringify({ pid: process.pid, identity: 'an earlier start' }));
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => acquireInstanceLock(dataDir)));
    const locks = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(locks).toHaveLength(1);
    locks[0]?.release();
  }
  expect(await readdir(dataDir)).toEqual([]);
});

test('others learn the database from the lock, but only its owner may read it', async () => {
  const lock = await acquireInstanceLock(dataDir);
  await lock.publishDatabase('postgres://everytick:secret@127.0.0.1:7432/everytick');
  expect((await readRunningInstance(dataDir))?.databaseUrl).toContain('secret');
  expect((await stat(join(dataDir, 'up.lock'))).mode & 0o777).toBe(0o600);
  lock.release();
  expect(await readRunningInstance(dataDir)).toBeNull();
});
