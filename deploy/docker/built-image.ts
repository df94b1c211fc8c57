// The image, built by buildah over a stand-in base, and processes in it: as a container engine runs them, with a file system
// that cannot be written to, as process 1, as the image's own user. Root alone can do this.

import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isInstalled, startProcess, type TestProcess } from '@everytick/testing';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly ExposedPorts: Readonly<Record<string, object>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
  readonly StopSignal: string;
}

export interface BuiltImage extends AsyncDisposable {
  readonly config: ImageConfig;
  /** Where its files are. */
  readonly directory: string;
  /** Starts a command with the image's environment and more of it. */
  start(command: readonly string[], env?: Readonly<Record<string, string>>): Promise<RunningInImage>;
}

export interface RunningInImage extends Pick<TestProcess, 'waitForOutput' | 'exited' | 'stdout' | 'stderr'> {
  /** Of the process itself. */
  signal(signal: NodeJS.Signals): void;
}

/**
 * Says so where it is false. With `TEST_IMAGE=required`, as in the job of the workflow that is there for it, it throws instead: a
 * test that is skipped has shown nothing.
 */
export function canBuildImages(required = process.env['TEST_IMAGE'] === 'required', uid = process.getuid?.()): boolean {
  const can = uid === 0 && isInstalled('buildah');
  if (!can && required) throw new Error('TEST_IMAGE=required: the tests of the image need root and buildah');
  if (uid !== 0) {
    process.stderr.write(
      '\n!!! Tests of the image are SKIPPED: only root can build and run one without a container engine !!!\n\n',
    );
  }
  return can;
}

/** Takes a minute or so. */
export async function buildImage(buildArguments: Readonly<Record<string, string>>): Promise<BuiltImage> {
  const tag = `localhost/everytick-test-${process.pid}`;
  const base = `${tag}-base`;
  await run(
    `${root}deploy/docker/build-with-buildah.sh`,
    [tag, ...Object.entries(buildArguments).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])],
    { env: { ...process.env, BASE_TAG: base, ...pnpmStore() }, maxBuffer: 64 * 1024 * 1024 },
  );
  const { stdout: inspected } = await run('buildah', ['inspect', '--type', 'image', tag]);
  const { config } = (JSON.parse(inspected) as { readonly Docker: { readonly config: ImageConfig } }).Docker;
  const container = (await run('buildah', ['from', '--pull-never', tag])).stdout.trim();
  const directory = (await run('buildah', ['mount', container])).stdout.trim();
  return {
    config,
    directory,
    start: (command, env = {}) => startIn(directory, config, command, env),
    async [Symbol.asyncDispose]() {
      await run('buildah', ['rm', container]);
      await run('buildah', ['rmi', tag, base]);
    },
  };
}

/** What was installed for the tests need not be downloaded once more. */
function pnpmStore(): Record<string, string> {
  const state = `${root}node_modules/.modules.yaml`;
  const [, directory] = (existsSync(state) && /"?storeDir"?: "?([^"\n]+)"?/.exec(readFileSync(state, 'utf8'))) || [];
  return directory === undefined ? {} : { PNPM_STORE: dirname(directory) };
}

// A mount of its own that is read-only, with what every container has in it; processes of its own, of which this is the first.
const enter = `
  set -e
  directory=$1 user=$2
  shift 2
  mount --rbind "$directory" "$directory"
  mount -o remount,ro,bind "$directory"
  mount --rbind /dev "$directory/dev"
  mount -t proc proc "$directory/proc"
  exec chroot --userspec="$user" "$directory" "$@"`;

async function startIn(
  directory: string,
  { User, Env }: ImageConfig,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<RunningInImage> {
  const variables = [...Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  const started = await startProcess('unshare', [
    ...['--pid', '--fork', '--kill-child', '--mount', 'sh', '-c', enter, 'enter', directory, User],
    ...['/usr/bin/env', '--ignore-environment', '--chdir=/app', ...variables, ...command],
  ]);
  return {
    get stdout() {
      return started.stdout;
    },
    get stderr() {
      return started.stderr;
    },
    exited: started.exited,
    waitForOutput: started.waitForOutput,
    signal(signal) {
      const [child] = readFileSync(`/proc/${started.pid}/task/${started.pid}/children`, 'utf8').split(' ');
      process.kill(Number(child), signal);
    },
  };
}
