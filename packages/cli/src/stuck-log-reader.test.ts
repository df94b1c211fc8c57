// A worker whose log nobody reads: a real process at the level of most lines, with a pipe or socket as its standard output.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  addTestTargets,
  atEnd,
  createTestDatabase,
  eventually,
  makeScratchDirectory,
  openLoopback,
  respond,
  startWebServer,
  type TestDatabase,
} from '@everytick/testing';
import { expect, test } from '@jest/globals';

const targets = 100;
const dropped = 'everytick_log_lines_dropped_total';

/** A pipe whose reader is there, and reads when it is told to. */
interface StuckOutput {
  readonly writer: number;
  read(): string;
}

async function makePipe(): Promise<StuckOutput> {
  const path = join(await makeScratchDirectory(), 'log');
  await promisify(execFile)('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  atEnd(async () => closeSync(reader));
  const buffer = Buffer.alloc(256 * 1024);
  return {
    writer: openSync(path, constants.O_WRONLY),
    read() {
      try {
        return buffer.toString('utf8', 0, readSync(reader, buffer));
      } catch {
        return '';
      }
    },
  };
}

async function startWorker(database: TestDatabase, stdout: number | 'pipe') {
  const statusPort = await freePort();
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=everytick-source', main, 'worker'], {
    env: {
      ...process.env,
      ...openLoopback,
      EVERYTICK_DATABASE_URL: database.url,
      EVERYTICK_LOG_LEVEL: 'debug',
      EVERYTICK_FALLBACK_MS: '100',
      EVERYTICK_STATUS_PORT: String(statusPort),
    },
    stdio: ['ignore', stdout, 'inherit'],
  });
  const exited = once(child, 'exit');
  const metric = async (name: string) => {
    const text = await (await fetch(`http://127.0.0.1:${statusPort}/metrics`)).text();
    return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
  };
  return {
    child,
    exited,
    metric,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await promisify(server.close.bind(server))();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** What the next checks are like, three of each target. */
async function nextChecks(database: TestDatabase) {
  const { rows } = await database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return eventually(
    async () => {
      const { rows: found } = await database.query<{ checks: number; missed: number; lateness_ms: number }>(
        `SELECT count(*)::integer AS checks, count(*) FILTER (WHERE outcome = 'missed')::integer AS missed,
                percentile_cont(0.95) WITHIN GROUP (ORDER BY lateness_us_of(measured) / 1000.0::float8) AS lateness_ms
         FROM check_results WHERE scheduled_at > $1`,
        [rows[0]?.now],
      );
      const [seen] = found;
      return seen !== undefined && seen.checks >= 3 * targets ? seen : false;
    },
    { timeoutMs: 30_000 },
  );
}

async function watchedSite(database: TestDatabase): Promise<void> {
  const site = await startWebServer({ routes: { '/': respond({ body: 'hello' }) } });
  // Every header that is not as expected is in the result, and so in the log: 3.4 kB a check.
  const headers = Array.from({ length: 10 }, (_, index) => ({ name: `x-${index}`, equals: 'y'.repeat(200) }));
  await addTestTargets(
    database,
    Array(targets).fill({ url: `${site.url}/`, intervalS: 1, options: { expect: { headers } } }),
  );
}

const hasDropped = (metric: (name: string) => Promise<number>) =>
  eventually(async () => expect(await metric(dropped)).toBeGreaterThan(0), { timeoutMs: 40_000 });

test('a pipe that nobody reads delays no check, takes no memory, and holds up no shutdown; lines are dropped and counted', async () => {
  await using database = await createTestDatabase();
  const pipe = await makePipe();
  await using worker = await startWorker(database, pipe.writer);
  const { child, exited, metric } = worker;
  closeSync(pipe.writer);
  await watchedSite(database);
  await hasDropped(metric);
  const resident = () =>
    readFile(`/proc/${child.pid}/statm`, 'utf8').then((text) => Number(text.split(' ')[1]) * 4_096);
  const residentBefore = await resident();
  const { missed, lateness_ms } = await nextChecks(database);
  // A process that waits for the reader of its log is late by seconds, and misses what it owes in them.
  expect(missed).toBeLessThan(targets / 2);
  expect(lateness_ms).toBeLessThan(1_000);
  expect((await resident()) - residentBefore).toBeLessThan(64e6);

  // Read again: what waited comes first, then what was dropped is said.
  let text = '';
  await eventually(
    () => {
      text += pipe.read();
      return /"dropped":\d+,"msg":"lines of this log were dropped/.test(text);
    },
    { timeoutMs: 10_000 },
  );

  // And not any more: the pipe is full when the worker is told to leave.
  const droppedBefore = await metric(dropped);
  await eventually(async () => expect(await metric(dropped)).toBeGreaterThan(droppedBefore), { timeoutMs: 40_000 });
  const askedAt = performance.now();
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  // Draining a worker with nothing in hand takes milliseconds.
  expect(performance.now() - askedAt).toBeLessThan(3_000);
}, 120_000);

test('nor does a socket', async () => {
  await using database = await createTestDatabase();
  // What Node.js makes for a child that is to write to a pipe. Its first bytes are read, and no more.
  await using worker = await startWorker(database, 'pipe');
  const { child, exited, metric } = worker;
  await watchedSite(database);
  await hasDropped(metric);
  const askedAt = performance.now();
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(performance.now() - askedAt).toBeLessThan(3_000);
}, 120_000);
