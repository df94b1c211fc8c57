// Starts the embedded server, or takes over the one that an earlier run left behind.
//
// The server outlives us where we are killed, on purpose: it is in a session of its own, so that neither Ctrl-C nor our
// crash harms the data, and the next start finds it running. Starting is therefore a loop over what it finds:
//
//   a server runs on the data directory and answers      -> adopted
//   a server runs there, but is starting or stopping     -> look again in a moment
//   none runs                                            -> pg_ctl start -> ready, or a failure that
//       passes by itself (port just taken, another process starting the same server, processes of a crashed server
//       that still hold its shared memory)               -> look again in a moment
//       does not                                         -> error with the end of the server's log

import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EverytickError } from '@everytick/core';
import { type Binaries, binariesVersion, locateBinaries } from './binaries.ts';
import { DATABASE, ensureCluster } from './cluster.ts';
import { embeddedPostgresFailed } from './failure.ts';
import { choosePort } from './free-port.ts';
import { passwordFile, readPassword } from './password.ts';
import { clusterDirectory, type Placement, placeBinaries, placeData } from './placement.ts';
import { disownStranger, findPostmaster } from './postmaster.ts';
import { isReady } from './readiness.ts';
import { runAs } from './run-as.ts';
import { logFileOf, logSize, readLogSince, rotateLog } from './server-log.ts';

export interface EmbeddedPostgresOptions {
  /** Where to keep the data, which stays there from run to run. Made where it does not exist. */
  readonly dataDir: string;
  /** The port to listen on where it is free; otherwise, or where none is given, the system chooses one. */
  readonly port?: number;
  /** Settings of PostgreSQL for this start, such as `fsync`. A server that is adopted keeps its own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told in a sentence what is going on. */
  readonly onProgress?: (line: string) => void;
  /** How long to wait for another server on the same data, or what is left of it. Default 60,000. */
  readonly patienceMs?: number;
}

/** `fast` ends connections and writes everything to disk; `immediate` is a crash: the next start recovers from the WAL. */
export type StopMode = 'fast' | 'immediate';

export interface EmbeddedPostgres {
  /** A superuser's URL of the database, password included. */
  readonly url: string;
  readonly port: number;
  /** The server's main process. */
  readonly pid: number;
  /** Whether it was running already. */
  readonly adopted: boolean;
  readonly version: string;
  /** Where cluster, password and log really are: `dataDir`, or another place where the server's user cannot enter it. */
  readonly home: string;
  /** The directory of `initdb`, `pg_ctl` and `postgres`. */
  readonly binDir: string;
  readonly logFile: string;
  /** Ends the server and waits until it has ended. Nothing happens where none runs any more. */
  stop(mode?: StopMode): Promise<void>;
}

/**
 * Starts PostgreSQL on `dataDir`, or adopts the server that still runs there. It listens on 127.0.0.1 only, without a
 * Unix socket. No signal handlers are installed: who starts it decides when to stop it.
 *
 * @throws EverytickError `embedded_postgres_failed`, with the end of the server's log where there is one.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    return await start(options);
  } catch (error) {
    if (error instanceof EverytickError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw embeddedPostgresFailed(`The embedded PostgreSQL in ${options.dataDir} cannot be started: ${reason}.`, error);
  }
}

async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const onProgress = options.onProgress ?? (() => undefined);
  const installed = await locateBinaries();
  const placement = await placeData(resolve(options.dataDir));
  const binaries = await placeBinaries(installed, placement.user);
  refuseShellCharacters(placement.home, binaries.binDir);
  const version = await binariesVersion(binaries, placement.user);
  await ensureCluster(placement, binaries, version, options.settings?.['fsync'] !== 'off', onProgress);

  const { home } = placement;
  const cluster = clusterDirectory(home);
  const password = await readPassword(home);
  if (password === undefined) {
    throw embeddedPostgresFailed(
      `The password of the database in ${cluster} is lost: ${passwordFile(home)} is not there. Restore that file, or ` +
        `move ${cluster} away to start with an empty database.`,
    );
  }
  const urlAt = (port: number) => `postgres://${DATABASE}:${password}@127.0.0.1:${port}/${DATABASE}`;

  const deadline = performance.now() + (options.patienceMs ?? 60_000);
  let started = false;
  let obstacle = '';
  for (;;) {
    const postmaster = await findPostmaster(cluster);
    if (postmaster === undefined) {
      started = false;
      await disownStranger(cluster);
      const failure = await startServer(placement, binaries, await choosePort(options.port), options, onProgress);
      started = failure === undefined;
      if (failure !== undefined && !PASSES_BY_ITSELF.test(failure)) {
        throw embeddedPostgresFailed(`PostgreSQL did not start on ${cluster}:\n${failure}`);
      }
      obstacle = failure ?? obstacle;
      if (started) continue;
    } else if (postmaster.port !== 0 && (await isReady(urlAt(postmaster.port), cluster))) {
      if (!started) onProgress(`Using the PostgreSQL that still runs on ${home} (process ${postmaster.pid})`);
      return {
        url: urlAt(postmaster.port),
        port: postmaster.port,
        pid: postmaster.pid,
        adopted: !started,
        version,
        home,
        binDir: binaries.binDir,
        logFile: logFileOf(home),
        stop: (mode = 'fast') => stopServer(placement, binaries, mode),
      };
    }
    if (performance.now() > deadline) {
      obstacle ||= await readLogSince(logFileOf(home), 0);
      throw embeddedPostgresFailed(`PostgreSQL on ${cluster} does not become ready:\n${obstacle}`);
    }
    await delay(100);
  }
}

const PASSES_BY_ITSELF =
  /pre-existing shared memory block|could not create any TCP\/IP sockets|lock file "postmaster.pid" (already exists|is empty)/;

/** Resolves to undefined once the server is ready, else to what pg_ctl and the server's log say. */
async function startServer(
  { home, user }: Placement,
  binaries: Binaries,
  port: number,
  options: EmbeddedPostgresOptions,
  onProgress: (line: string) => void,
): Promise<string | undefined> {
  onProgress(`Starting PostgreSQL on 127.0.0.1:${port}${user === undefined ? '' : ` as the user ${user.name}`}`);
  const logFile = logFileOf(home);
  await rotateLog(logFile);
  const logged = logSize(logFile);
  const settings = {
    ...options.settings,
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  };
  const serverArgs = Object.entries(settings).map(([name, value]) => `-c ${shellQuote(`${name}=${value}`)}`);
  const { code, output } = await runAs(user, join(binaries.binDir, 'pg_ctl'), [
    'start',
    `--pgdata=${clusterDirectory(home)}`,
    `--log=${logFile}`,
    `--options=${serverArgs.join(' ')}`,
    '--wait',
    '--timeout=300', // recovery after a crash
  ]);
  return code === 0 ? undefined : `${output}\n${await readLogSince(logFile, logged)}`;
}

async function stopServer({ home, user }: Placement, binaries: Binaries, mode: StopMode): Promise<void> {
  const cluster = clusterDirectory(home);
  // Only a server that is known to run: pg_ctl would signal whatever process has the number in a stale postmaster.pid.
  if ((await findPostmaster(cluster)) === undefined) return;
  const { code, output } = await runAs(user, join(binaries.binDir, 'pg_ctl'), [
    'stop',
    `--pgdata=${cluster}`,
    `--mode=${mode}`,
    '--wait',
    '--timeout=60',
  ]);
  if (code === 0 || (await findPostmaster(cluster)) === undefined) return;
  throw embeddedPostgresFailed(
    `PostgreSQL on ${cluster} did not stop:\n${output}\n${await readLogSince(logFileOf(home), 0)}`,
  );
}

/** pg_ctl hands the server's arguments to /bin/sh. */
function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** pg_ctl also puts paths into that command, within double quotes and as they are. */
function refuseShellCharacters(...paths: string[]): void {
  const path = paths.find((each) => /["$`\\\n]/.test(each));
  if (path === undefined) return;
  throw embeddedPostgresFailed(`PostgreSQL cannot work in a path with quotes, "$", "\\" or line breaks: ${path}`);
}
