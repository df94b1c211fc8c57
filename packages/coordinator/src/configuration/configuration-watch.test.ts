import { mkdir, open, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Logger, openPool } from '@everytick/core';
import { createTestDatabase, eventually, makeScratchDirectory, type TestDatabase } from '@everytick/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { Registry } from 'prom-client';
import { ConfigurationMetrics } from './configuration-metrics.ts';
import { ConfigurationWatch } from './configuration-watch.ts';

const rules = { compilePattern: (pattern: string) => new RegExp(pattern) };

let database: TestDatabase;
let pools: pg.Pool[];
let watches: ConfigurationWatch[];
let directory: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  pools = [];
  watches = [];
  directory = await makeScratchDirectory();
  await database.query('TRUNCATE monitored_targets CASCADE');
});
afterEach(async () => {
  await Promise.all(watches.map((watch) => watch.stop()));
  await Promise.all(pools.map((pool) => pool.end()));
});

interface Watched {
  readonly log: { readonly level: string; readonly msg: string; readonly problems?: string[] }[];
  metric(name: string): Promise<number | undefined>;
}

function watch(path: string, { url = database.url, environment = {} } = {}): Watched {
  const log: Watched['log'] = [];
  const registry = new Registry();
  const pool = openPool({ connectionString: url, applicationName: 'watch under test', max: 2 });
  pools.push(pool);
  const logAt = (level: string) => (fields: object, msg: string) => void log.push({ level, msg, ...fields });
  const logger = { info: logAt('info'), warn: logAt('warn'), error: logAt('error') } as unknown as Logger;
  const metrics = new ConfigurationMetrics(registry);
  const started = new ConfigurationWatch({ path, source: 'config', environment, rules, pool, metrics, logger });
  watches.push(started);
  started.start();
  return {
    log,
    async metric(name) {
      const { values = [] } = (await registry.getSingleMetric(`everytick_config_${name}`)?.get()) ?? {};
      return values.reduce((sum, { value }) => sum + value, 0);
    },
  };
}

async function names(): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    'SELECT name FROM monitored_targets WHERE deleted_at IS NULL ORDER BY name',
  );
  return rows.map(({ name }) => name);
}

const targetsNamed = (...targets: string[]) =>
  `targets:${targets.length === 0 ? ' []' : ''}\n${targets.map((name) => `  - { name: ${name}, url: http://${name}.example }\n`).join('')}`;

/** As the kubelet writes a volume: a new directory, and a link to it that takes the place of the old one. */
async function mount(version: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(directory, version));
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(directory, version, name), text);
    await symlink(join('..data', name), join(directory, name)).catch(() => undefined);
  }
  await symlink(version, join(directory, '..data_tmp'));
  await rename(join(directory, '..data_tmp'), join(directory, '..data'));
}

describe('a watched configuration', () => {
  it('is applied at the start and whenever a file changes, and takes away what it no longer declares', async () => {
    const path = join(directory, 'everytick.yaml');
    await writeFile(path, targetsNamed('a', 'b'));
    const { metric } = watch(path);
    await eventually(async () => expect(await names()).toEqual(['a', 'b']));
    await writeFile(path, targetsNamed('b', 'c'));
    await eventually(async () => expect(await names()).toEqual(['b', 'c']));
    await eventually(async () => expect(await metric('targets')).toBe(2));
    expect(await metric('last_apply_successful')).toBe(1);
    expect(await metric('last_success_timestamp_seconds')).toBeGreaterThan(1_000_000_000);
    const { rows } = await database.query<{ source: string }>('SELECT DISTINCT source FROM monitored_targets');
    expect(rows).toEqual([{ source: 'config' }]);
  });

  it('is followed through the links that a mounted ConfigMap is made of: each swap as a whole, and once', async () => {
    await mount('..2026_01', { 'a.yaml': targetsNamed('a1'), 'b.yaml': targetsNamed('b1') });
    // The kubelet's own entries are none of the files, whatever they are called.
    await writeFile(join(directory, '..stray.yaml'), targetsNamed('stray'));
    const { log } = watch(directory);
    const inForce = () => log.filter(({ msg }) => msg === 'the configuration is in force').length;
    await eventually(async () => expect(await names()).toEqual(['a1', 'b1']));
    // Two in a row, faster than the first of them could settle.
    await mount('..2026_02', { 'a.yaml': targetsNamed('a2'), 'b.yaml': targetsNamed('b2') });
    await mount('..2026_03', { 'a.yaml': targetsNamed('a3'), 'b.yaml': targetsNamed('b3') });
    for (const old of ['..2026_01', '..2026_02']) await rm(join(directory, old), { recursive: true });
    await eventually(async () => expect(await names()).toEqual(['a3', 'b3']), { timeoutMs: 15_000 });
    await eventually(() => expect(inForce()).toBe(2));
    // Never was there a target of one and not of the other.
    const { rows } = await database.query<{ name: string }>('SELECT name FROM monitored_targets ORDER BY name');
    expect(rows.map(({ name }) => name)).toEqual(['a1', 'a3', 'b1', 'b3']);
    expect(log.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('changes nothing when it becomes invalid, and says all that is wrong, once', async () => {
    const path = join(directory, 'everytick.yaml');
    await writeFile(path, targetsNamed('a'));
    const { log, metric } = watch(path);
    await eventually(async () => expect(await metric('last_apply_successful')).toBe(1));
    const invalid = `${targetsNamed('b')}  - { url: ftp://c.example, evry: 5s }\n`;
    await writeFile(path, invalid);
    await eventually(async () => expect(await metric('last_apply_successful')).toBe(0));
    expect(await names()).toEqual(['a']);
    expect(await metric('targets')).toBe(1);
    // Another file with the same in it is no news.
    await writeFile(`${path}.new`, invalid);
    await rename(`${path}.new`, path);
    await writeFile(path, targetsNamed('b'));
    await eventually(async () => expect(await names()).toEqual(['b']));
    await eventually(async () => expect(await metric('last_apply_successful')).toBe(1));
    const told = log.filter(({ level }) => level !== 'info');
    expect(told).toEqual([
      expect.objectContaining({
        msg: expect.stringContaining('the configuration is invalid'),
        problems: [
          expect.stringContaining(`${path}:3:12: url: 'ftp`),
          expect.stringContaining("did you mean 'every'?"),
        ],
      }),
    ]);
  });

  it('is not taken from files that are being written: what is still to come would be removed', async () => {
    const path = join(directory, 'everytick.yaml');
    const all = Array.from({ length: 30 }, (_, index) => `t${String(index).padStart(2, '0')}`);
    await writeFile(path, targetsNamed(...all));
    watch(path);
    await eventually(async () => expect(await names()).toEqual(all));
    const { rows: before } = await database.query('SELECT id FROM monitored_targets ORDER BY id');
    // Piece by piece, each of which is a file without mistakes, for longer than the watch takes to look.
    const pieces = `${targetsNamed(...all)}  - { name: t30, url: http://t30.example }\n`.split(/(?<=\n)/);
    const file = await open(path, 'w');
    for (const piece of pieces) {
      await file.write(piece);
      await delay(100);
    }
    await file.close();
    await eventually(async () => expect(await names()).toEqual([...all, 't30']));
    const { rows: after } = await database.query('SELECT id FROM monitored_targets ORDER BY id');
    expect(after).toHaveLength(before.length + 1);
  });

  it('need not be there yet, and may go away', async () => {
    const path = join(directory, 'later', 'everytick.yaml');
    const { log, metric } = watch(path);
    await eventually(() => expect(log.some(({ problems }) => problems?.[0]?.includes('no such file'))).toBe(true));
    expect(await metric('last_apply_successful')).toBe(0);
    await mkdir(join(directory, 'later'));
    await writeFile(path, targetsNamed('a'));
    await eventually(async () => expect(await names()).toEqual(['a']));
    await rm(path);
    await eventually(async () => expect(await metric('last_apply_successful')).toBe(0));
    expect(await names()).toEqual(['a']);
  });

  it('is applied by several at once without harm', async () => {
    const path = join(directory, 'everytick.yaml');
    await writeFile(path, targetsNamed('a', 'b', 'c'));
    const all = [watch(path), watch(path), watch(path)];
    await eventually(async () => {
      for (const { metric } of all) expect(await metric('last_apply_successful')).toBe(1);
    });
    expect(await names()).toEqual(['a', 'b', 'c']);
    for (const { log } of all) expect(log.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('is tried again when the database was away', async () => {
    const path = join(directory, 'everytick.yaml');
    await writeFile(path, targetsNamed('a'));
    const { log, metric } = watch(path);
    await eventually(async () => expect(await metric('last_apply_successful')).toBe(1));
    await database.query('ALTER TABLE monitored_targets RENAME TO away');
    await writeFile(path, targetsNamed('b'));
    await eventually(() => expect(log.some(({ msg }) => msg.includes('will be tried again'))).toBe(true));
    await database.query('ALTER TABLE away RENAME TO monitored_targets');
    await eventually(async () => expect(await names()).toEqual(['b']), { timeoutMs: 15_000 });
  });

  it('leaves targets of others alone, and says whose they are', async () => {
    await database.query(
      `INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, source) VALUES ('a', 'http://a.example/', 60, 1000, 'other')`,
    );
    const path = join(directory, 'everytick.yaml');
    await writeFile(path, targetsNamed('a', 'b'));
    const { log, metric } = watch(path);
    await eventually(() => expect(log.some(({ problems }) => problems?.[0]?.includes('other'))).toBe(true));
    expect(await metric('last_apply_successful')).toBe(0);
    expect(await names()).toEqual(['a']);
  });
});
