// An earlier version of this repository, installed in a directory of its own.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface Release extends AsyncDisposable {
  /** What it was asked for by: a tag or a commit. */
  readonly name: string;
  readonly commit: string;
  readonly directory: string;
}

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const git = async (directory: string, ...args: string[]) =>
  (await run('git', ['-C', directory, ...args])).stdout.trim();

/** The version that is here, as it stands. */
export async function thisVersion(): Promise<Release> {
  const commit = await git(root, 'rev-parse', 'HEAD');
  return { name: 'this version', commit, directory: root, [Symbol.asyncDispose]: async () => undefined };
}

/**
 * Installs a version as its lockfile says. Without a name it is the newest release before this commit; rejects where there
 * is none, or no such commit.
 */
export async function installRelease(from: string | undefined, onProgress: (line: string) => void): Promise<Release> {
  const name = from ?? (await newestRelease());
  const commit = await git(root, 'rev-parse', '--verify', '--end-of-options', `${name}^{commit}`).catch(() => {
    throw new Error(
      `there is no commit ${JSON.stringify(name)} here: name a tag or a commit, and fetch all of the history`,
    );
  });
  const directory = await mkdtemp(join(tmpdir(), 'everytick-release-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    onProgress(`installing ${name} (${commit.slice(0, 10)}) in ${directory}`);
    // A clone and no work tree: nothing has to be tidied up in this repository if we are killed.
    await run('git', ['clone', '--quiet', '--shared', '--no-checkout', root, directory]);
    await git(directory, 'checkout', '--quiet', '--detach', commit);
    await run('npx', ['--yes', 'pnpm@12', 'install', '--frozen-lockfile'], { cwd: directory, maxBuffer: 2 ** 26 });
    return { name, commit, directory, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function newestRelease(): Promise<string> {
  // Of a commit that is itself a release, the one before: that is what its users have.
  const tags = await git(root, 'tag', '--list', 'v*', '--sort=-version:refname', '--no-contains', 'HEAD');
  const [newest] = tags.split('\n').filter((tag) => /^v\d+\.\d+\.\d+$/.test(tag));
  if (newest === undefined)
    throw new Error('there is no release before this commit (a tag such as v0.1.0): use --from COMMIT');
  return newest;
}

/** The Node.js that the version brings, and how its command is started. */
export function commandOf({ directory }: Release): readonly [string, ...string[]] {
  const node = join(directory, 'node_modules/node/bin/node');
  const main = join(directory, 'packages/cli/src/main.ts');
  return [existsSync(node) ? node : process.execPath, '--conditions=everytick-source', main];
}
