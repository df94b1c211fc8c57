import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atEnd, eventually, makeScratchDirectory, removeWithProcess, startProcess } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from './index.ts';
import { findHome } from './placement.ts';

const itAsRoot = process.geteuid?.() === 0 ? it : it.skip;
const asRoot = (name: string) => (itAsRoot === it ? name : `${name} (skipped: only where tests run as root)`);

async function scratch(): Promise<string> {
  const dataDir = await makeScratchDirectory();
  atEnd(() => removeEmbeddedPostgres(dataDir));
  return dataDir;
}

function start(dataDir: string, options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' }, ...options });
}

async function connect({ url }: { url: string }): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

async function query(server: { url: string }, sql: string): Promise<unknown[]> {
  await using client = await connect(server);
  return (await client.query(sql)).rows;
}

/** Starts the server from a process of its own, which the test can kill. */
function startElsewhere(dataDir: string) {
  const source = `
    import { startEmbeddedPostgres } from '@everytick/cli/embedded-postgres';
    await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, settings: { fsync: 'off' } });
    console.log('started');
    setInterval(() => {}, 1e6);`;
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  const args = ['--conditions=everytick-source', '--input-type=module', '--eval', source];
  return startProcess(process.execPath, args, { cwd });
}

describe('the first start', () => {
  it('makes a UTF-8 database in UTC that sorts alike on every machine and is durable', async () => {
    const server = await startEmbeddedPostgres({ dataDir: await scratch() });
    expect(server.adopted).toBe(false);
    const [row] = await query(
      server,
      `SELECT current_database(), current_user, current_setting('TimeZone') AS zone, current_setting('fsync') AS fsync,
         pg_encoding_to_char(encoding) AS encoding, datlocprovider AS provider, datlocale AS locale
       FROM pg_database WHERE datname = current_database()`,
    );
    expect(row).toEqual({
      current_database: 'everytick',
      current_user: 'everytick',
      zone: 'UTC',
      fsync: 'on',
      encoding: 'UTF8',
      provider: 'b',
      locale: 'C.UTF-8',
    });
  });

  it('listens on loopback only, without a Unix socket, and wants the password that only the owner can read', async () => {
    const server = await start(await scratch());
    const [row] = await query(
      server,
      "SELECT current_setting('listen_addresses') AS addresses, current_setting('unix_socket_directories') AS sockets",
    );
    expect(row).toEqual({ addresses: '127.0.0.1', sockets: '' });
    expect(statSync(join(server.home, 'password')).mode & 0o077).toBe(0);

    const wrong = new URL(server.url);
    wrong.password = 'guessed';
    await expect(connect({ url: wrong.toString() })).rejects.toMatchObject({ code: '28P01' });
  });

  it('takes settings, with any characters in them', async () => {
    const server = await start(await scratch(), { settings: { fsync: 'off', cluster_name: `it's "$HOME" \\ here` } });
    expect(await query(server, "SELECT current_setting('cluster_name') AS name")).toEqual([
      { name: `it's "$HOME" \\ here` },
    ]);
  });

  it('works in a directory with spaces in its name, made on the way', async () => {
    const dataDir = join(await scratch(), 'made on the way');
    removeWithProcess(dataDir);
    atEnd(() => removeEmbeddedPostgres(dataDir));
    const server = await start(dataDir);
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('can be killed half-way, and the next start begins anew', async () => {
    const dataDir = await scratch();
    const killed = await startElsewhere(dataDir);
    const unfinished = async () => {
      const home = await findHome(dataDir);
      return readdirSync(home).filter(
        (name) => name.startsWith('data.unfinished-') && existsSync(join(home, name, 'base')),
      );
    };
    await eventually(async () => (await unfinished()).length > 0, { timeoutMs: 20_000 });
    killed.signal('SIGKILL');
    await killed.exited;
    expect(existsSync(join(await findHome(dataDir), 'data'))).toBe(false);

    const server = await start(dataDir);
    expect(server.adopted).toBe(false);
    expect(await unfinished()).toEqual([]);
    expect(await query(server, 'SELECT current_database()')).toEqual([{ current_database: 'everytick' }]);
  });

  it('may happen in two processes at once: both get the same server', async () => {
    const dataDir = await scratch();
    const other = await startElsewhere(dataDir);
    const server = await start(dataDir);
    await other.waitForOutput('started', 20_000);
    const again = await start(dataDir);
    expect([again.adopted, again.pid]).toEqual([true, server.pid]);
  });
});

describe('a further start', () => {
  it('finds the data of the first, with the same password', async () => {
    const dataDir = await scratch();
    const first = await start(dataDir);
    await query(first, 'CREATE TABLE kept ()');
    await first.stop();
    await first.stop(); // nothing runs any more: nothing happens
    await expect(connect(first)).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    const second = await start(dataDir, { port: first.port });
    expect([second.adopted, second.url]).toEqual([false, first.url]);
    expect(await query(second, "SELECT to_regclass('kept')::text AS name")).toEqual([{ name: 'kept' }]);
  });

  it('adopts the server that still runs after its starter was killed', async () => {
    const dataDir = await scratch();
    const killed = await startElsewhere(dataDir);
    await killed.waitForOutput('started', 20_000);
    killed.signal('SIGKILL');
    await killed.exited;

    const progress: string[] = [];
    const server = await start(dataDir, { onProgress: (line) => progress.push(line) });
    expect(server.adopted).toBe(true);
    expect(progress.join('\n')).toMatch(`still runs on ${server.home} (process ${server.pid})`);
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);

    await server.stop('fast');
    await expect(connect(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('recovers after kill -9 of the postmaster, also while a query of it still runs', async () => {
    const dataDir = await scratch();
    const first = await start(dataDir);
    await query(first, 'CREATE TABLE kept ()');
    await using busy = await connect(first);
    // Busy without waiting for anything, so that it notices the death of the postmaster only when it is done.
    const orphaned = busy.query('SELECT count(*) FROM generate_series(1, 5000000)').catch((error: Error) => error);
    await eventually(async () => {
      const running = await query(
        first,
        "SELECT FROM pg_stat_activity WHERE state = 'active' AND query ~ '^SELECT count'",
      );
      return running.length === 1;
    });
    process.kill(first.pid, 'SIGKILL');

    const second = await start(dataDir);
    expect(second.adopted).toBe(false);
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second, "SELECT to_regclass('kept')::text AS name")).toEqual([{ name: 'kept' }]);
    await orphaned;
  });

  it('is not held up by a stale postmaster.pid whose number is another process by now', async () => {
    const dataDir = await scratch();
    const first = await start(dataDir);
    const pidFile = join(first.home, 'data/postmaster.pid');
    process.kill(first.pid, 'SIGKILL');
    const text = await readFile(pidFile, 'utf8');
    await writeFile(pidFile, text.replace(/^\d+/, String(process.pid)));

    const second = await start(dataDir);
    expect(second.adopted).toBe(false);
    expect(await query(second, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('chooses another port where the preferred one is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const server = await start(await scratch(), { port });
    taken.close();
    expect(server.port).not.toBe(port);
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('a start that cannot succeed', () => {
  it('says so of data of another major version, and leaves them alone', async () => {
    const dataDir = await scratch();
    const server = await start(dataDir);
    await server.stop();
    await writeFile(join(server.home, 'data/PG_VERSION'), '17\n');
    await expect(start(dataDir)).rejects.toMatchObject({
      code: 'embedded_postgres_failed',
      message: expect.stringMatching(
        /data in .*data is of PostgreSQL 17, and the embedded server is PostgreSQL 18.*pg_dump/,
      ),
    });
    expect(existsSync(join(server.home, 'data/base'))).toBe(true);
  });

  it("quotes the server's log", async () => {
    await expect(start(await scratch(), { settings: { shared_buffers: 'plenty' } })).rejects.toMatchObject({
      code: 'embedded_postgres_failed',
      message: expect.stringContaining('invalid value for parameter "shared_buffers": "plenty"'),
    });
  });

  it('names the password file where it is lost, and where the running server does not take it', async () => {
    const dataDir = await scratch();
    const server = await start(dataDir);
    const passwordFile = join(server.home, 'password');
    await writeFile(passwordFile, 'changed');
    await expect(start(dataDir)).rejects.toThrow(/does not let us in: password authentication failed/);
    await writeFile(passwordFile, '');
    await expect(start(dataDir)).rejects.toThrow(`${passwordFile} is not there`);
  });

  itAsRoot(asRoot('says whose data they are where they belong to somebody else'), async () => {
    const dataDir = await scratch();
    const server = await start(dataDir);
    await server.stop();
    const { chown } = await import('node:fs/promises');
    await chown(join(server.home, 'data'), 0, 0);
    await expect(start(dataDir)).rejects.toMatchObject({
      code: 'embedded_postgres_failed',
      message: expect.stringMatching(/belongs to another user \(uid 0\).*chown/),
    });
  });
});

describe('as root', () => {
  itAsRoot(asRoot('the server runs as a user that is not root and owns the data'), async () => {
    const server = await start(await scratch());
    expect(statSync(`/proc/${server.pid}`).uid).not.toBe(0);
    expect(statSync(join(server.home, 'data')).uid).toBe(statSync(`/proc/${server.pid}`).uid);
  });

  itAsRoot(asRoot('in a directory that only root can enter, the data goes elsewhere and is found again'), async () => {
    const closed = await makeScratchDirectory(); // mode 0700
    const dataDir = join(closed, 'postgres');
    removeWithProcess(dataDir);
    atEnd(() => removeEmbeddedPostgres(dataDir));

    const first = await start(dataDir);
    expect(first.home).toMatch(/^\/var\/lib\/everytick\/[0-9a-f]{16}$/);
    expect(readFileSync(join(dataDir, 'README'), 'utf8')).toContain(`data: ${first.home}\n`);
    await query(first, 'CREATE TABLE kept ()');
    await first.stop();

    await chmod(closed, 0o755); // it could be entered by now, but the data is where it is
    const second = await start(dataDir);
    expect(second.home).toBe(first.home);
    expect(await query(second, "SELECT to_regclass('kept')::text AS name")).toEqual([{ name: 'kept' }]);

    await removeEmbeddedPostgres(dataDir);
    expect(existsSync(first.home)).toBe(false);
    await expect(connect(second)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  itAsRoot(asRoot('data that can be entered no more are an error, never an empty database elsewhere'), async () => {
    const parent = await makeScratchDirectory();
    await chmod(parent, 0o711);
    const dataDir = join(parent, 'postgres');
    removeWithProcess(dataDir);
    atEnd(() => removeEmbeddedPostgres(dataDir));
    const server = await start(dataDir);
    // Where even the directory for temporary files is closed, this is the test before: the data went elsewhere.
    if (server.home !== dataDir) return;
    await server.stop();
    await chmod(parent, 0o700);
    await expect(start(dataDir)).rejects.toThrow(/cannot enter that directory any more/);
    await chmod(parent, 0o711);
    expect((await start(dataDir)).url).toContain(new URL(server.url).password);
  });
});
