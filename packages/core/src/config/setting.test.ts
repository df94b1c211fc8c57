import { describe, expect, it } from '@jest/globals';
import { EverytickError } from '../domain/error.ts';
import { readCoordinatorConfig } from './coordinator.ts';
import { readDatabaseConfig } from './database.ts';
import { readLogConfig } from './log.ts';
import { readTogether } from './setting.ts';
import { readWorkerConfig } from './worker.ts';

const database = { EVERYTICK_DATABASE_URL: 'postgres://user:secret@db/everytick' };

function problemsOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof EverytickError && error.code === 'config_invalid') return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('configuration by environment variables', () => {
  it('has a default for everything but the database', () => {
    expect(readWorkerConfig(database)).toMatchObject({
      location: 'default',
      maxInFlight: 500,
      pooler: 'none',
    });
    expect(readCoordinatorConfig(database)).toMatchObject({ statusHost: '127.0.0.1', partitionDaysAhead: 7 });
    expect(problemsOf(() => readWorkerConfig({}))).toBe(
      'EVERYTICK_DATABASE_URL is not set; it must be a URL like postgres://user:password@host:5432/database',
    );
  });

  it('names every wrong variable at once, with what was given and what is allowed', () => {
    const problems = problemsOf(() =>
      readWorkerConfig({
        ...database,
        EVERYTICK_MAX_IN_FLIGHT: '0',
        EVERYTICK_HORIZON_MS: '0.5s',
        EVERYTICK_LOCATION: 'Köln',
      }),
    );
    expect(problems.split('\n')).toEqual([
      expect.stringMatching(/^EVERYTICK_LOCATION is "Köln"; it must be at most 63 small letters/),
      'EVERYTICK_MAX_IN_FLIGHT is "0"; it must be a whole number of checks from 1 to 10000',
      'EVERYTICK_HORIZON_MS is "0.5s"; it must be a whole number of milliseconds from 100 to 5000',
    ]);
  });

  it('reads lists of networks, and names the element that is none', () => {
    const egress = (allow: string) => readWorkerConfig({ ...database, EVERYTICK_EGRESS_ALLOW: allow }).egressAllow;
    expect(readWorkerConfig(database)).toMatchObject({ egressAllow: [], egressDeny: [] });
    expect(egress(' 10.0.0.0/8,192.168.1.1  fd00::/8 ,\n::1,')).toEqual([
      '10.0.0.0/8',
      '192.168.1.1',
      'fd00::/8',
      '::1',
    ]);
    for (const wrong of ['10.0.0.1/8', '10.0.0.0/33', 'example.org', 'localhost', '::1%lo', '10.0.0.0-10.0.0.9']) {
      expect(problemsOf(() => egress(`127.0.0.0/8, ${wrong} ::1`))).toBe(
        `EVERYTICK_EGRESS_ALLOW is "127.0.0.0/8, ${wrong} ::1"; it must be IP addresses and networks in CIDR notation, such as 10.1.0.0/16, with no bit set beyond the prefix, separated by commas or spaces, and "${wrong}" is not`,
      );
    }
  });

  it('takes no name for secrets that would show the database password', () => {
    expect(readWorkerConfig(database)).toMatchObject({
      secretEnvPrefix: 'EVERYTICK_SECRET_',
      secretDir: '/run/secrets',
    });
    const prefixed = (prefix: string) => readWorkerConfig({ ...database, EVERYTICK_SECRET_ENV_PREFIX: prefix });
    expect(prefixed('SHOP_').secretEnvPrefix).toBe('SHOP_');
    for (const prefix of ['E', 'EVERYTICK_', 'EVERYTICK_DATABASE_URL', 'EVERYTICK_LI', '1_', 'SHOP-', ' ']) {
      expect(problemsOf(() => prefixed(prefix))).toContain(`EVERYTICK_SECRET_ENV_PREFIX is "${prefix}"`);
    }
    expect(problemsOf(() => readWorkerConfig({ ...database, EVERYTICK_SECRET_DIR: 'secrets' }))).toBe(
      'EVERYTICK_SECRET_DIR is "secrets"; it must be an absolute path',
    );
  });

  it('never shows a wrong database URL, which may hold a password', () => {
    const problems = problemsOf(() =>
      readDatabaseConfig({ EVERYTICK_DATABASE_URL: 'mysql://user:secret@db/everytick' }),
    );
    expect(problems).not.toContain('secret');
    expect(problems).toContain('EVERYTICK_DATABASE_URL is (not shown)');
  });

  it('has the problems of several groups of settings told together', () => {
    const environment = { ...database, EVERYTICK_LOG_LEVEL: 'loud', EVERYTICK_MAX_IN_FLIGHT: '0' };
    const problems = problemsOf(() =>
      readTogether(
        () => readWorkerConfig(environment),
        () => readLogConfig(environment),
      ),
    );
    expect(problems).toMatch(/EVERYTICK_MAX_IN_FLIGHT is "0".*\nEVERYTICK_LOG_LEVEL is "loud"/);
  });

  it('takes an empty variable as absent', () => {
    expect(readWorkerConfig({ ...database, EVERYTICK_LOCATION: '' }).location).toBe('default');
  });

  it('listens on the database URL unless there is one for it', () => {
    expect(readDatabaseConfig(database).listenUrl).toBe(database.EVERYTICK_DATABASE_URL);
    const direct = 'postgres://direct/everytick';
    expect(readDatabaseConfig({ ...database, EVERYTICK_LISTEN_URL: direct }).listenUrl).toBe(direct);
  });

  it('wants a direct connection beside a pooler in transaction mode', () => {
    const pooled = { ...database, EVERYTICK_POOLER: 'transaction' };
    expect(problemsOf(() => readDatabaseConfig(pooled))).toMatch(/EVERYTICK_LISTEN_URL is not set.*direct connection/);
    const direct = 'postgres://direct/everytick';
    expect(readWorkerConfig({ ...pooled, EVERYTICK_LISTEN_URL: direct })).toMatchObject({
      pooler: 'transaction',
      listenUrl: direct,
    });
  });

  it('offers the words of a closed list', () => {
    expect(problemsOf(() => readLogConfig({ EVERYTICK_LOG_LEVEL: 'loud' }))).toBe(
      'EVERYTICK_LOG_LEVEL is "loud"; it must be one of trace, debug, info, warn, error, silent',
    );
  });
});
