// A real PgBouncer in transaction mode, before a database of the tests.

import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findInstalled } from './debian-package.ts';
import { startProcess, type TestProcess } from './processes.ts';
import { unusedPort } from './tcp-server.ts';
import { atEnd } from './test-scope.ts';
import { eventually } from './wait.ts';

export interface PgBouncer extends AsyncDisposable {
  /** The same database and role as the direct URL, through the pooler. */
  readonly url: string;
  readonly process: TestProcess;
}

export interface PgBouncerOptions {
  /** Where it connects to, and whose role and password it wants from clients as well. */
  readonly databaseUrl: string;
  /** How many connections to the server all clients share. So few that they really do share them. */
  readonly serverConnections?: number;
}

/** Starts one; undefined where PgBouncer is not installed. It ends with the test. */
export async function startPgBouncer(options: PgBouncerOptions): Promise<PgBouncer | undefined> {
  const program = findInstalled('pgbouncer');
  if (program === undefined) return undefined;
  const direct = new URL(options.databaseUrl);
  const port = await unusedPort();
  const directory = await mkdtemp(join(tmpdir(), 'everytick-pgbouncer-'));
  const removeDirectory = () => rm(directory, { recursive: true, force: true });
  atEnd(removeDirectory);

  const ini = join(directory, 'pgbouncer.ini');
  const users = join(directory, 'users.txt');
  await writeFile(
    users,
    `${quoted(decodeURIComponent(direct.username))} ${quoted(decodeURIComponent(direct.password))}\n`,
  );
  await writeFile(
    ini,
    `[databases]
* = host=${direct.hostname.replace('localhost', '127.0.0.1')} port=${direct.port || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = ${direct.password ? 'md5' : 'trust'}
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${options.serverConnections ?? 2}
min_pool_size = 0
max_client_conn = 200
`,
  );
  const unprivileged = process.getuid?.() === 0 ? await unprivilegedUser() : undefined;
  if (unprivileged !== undefined) {
    for (const path of [directory, ini, users]) await chown(path, unprivileged.uid, unprivileged.gid);
  }
  // It refuses to run as root.
  const bouncer = await startProcess(program, [...(unprivileged ? ['-u', unprivileged.name] : []), ini]);

  const url = new URL(direct);
  url.host = `127.0.0.1:${port}`;
  await eventually(() => answers(url.href, bouncer), { timeoutMs: 10_000 });
  const end = async () => {
    await bouncer.end();
    await removeDirectory();
  };
  return { url: url.href, process: bouncer, [Symbol.asyncDispose]: end };
}

async function answers(url: string, bouncer: TestProcess): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  try {
    await client.connect();
    await client.query('SELECT 1');
  } catch (error) {
    throw new Error(`PgBouncer does not answer: ${(error as Error).message}\n${bouncer.output}`, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** `postgres`, whom the package makes, or else `nobody`. */
async function unprivilegedUser(): Promise<{ name: string; uid: number; gid: number }> {
  const idOf = async (flag: string, name: string) => Number((await promisify(execFile)('id', [flag, name])).stdout);
  const find = async (name: string) => ({ name, uid: await idOf('-u', name), gid: await idOf('-g', name) });
  return await find('postgres').catch(() => find('nobody'));
}

/** As its auth_file wants it: a quote in quotes is doubled. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
