// Where the data and the programs of the server live. Normally: the data where it was asked for, the programs where npm
// put them. But the user that runs the server in place of root may not be able to enter either (a clone under /root,
// an installation under umask 077). What cannot be reached then lives under /var/lib/everytick:
//
//   /var/lib/everytick/<hash of the data directory's path>/   the data, owned by that user
//   /var/lib/everytick/postgresql-<version>-<platform>/       a copy of the programs, owned by root
//
// and a README in the directory that was asked for says where the data went, to people and to the next run.

import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Binaries, binariesIn, binariesVersion, whyUnusable } from './binaries.ts';
import { embeddedPostgresFailed } from './failure.ts';
import { chooseOsUser, type OsUser } from './os-user.ts';
import { mayAccess, runAs } from './run-as.ts';

const SHARED_PLACE = '/var/lib/everytick';
const POINTER = 'README';

export interface Placement {
  /** The user that the server runs as; undefined where that is ourselves. */
  readonly user: OsUser | undefined;
  /** The directory that holds the cluster, its password and its log, without symbolic links in its path. */
  readonly home: string;
}

/** The data directory of the cluster inside its home: what PostgreSQL calls PGDATA. */
export function clusterDirectory(home: string): string {
  return join(home, 'data');
}

/** Where the data for `dataDir` is, without making or changing anything: `dataDir`, or where its README points. */
export async function findHome(dataDir: string): Promise<string> {
  const asked = await realpath(dataDir);
  return followPointer(asked) ?? asked;
}

/** Chooses user and home, and makes the directories. */
export async function placeData(dataDir: string): Promise<Placement> {
  const createdFrom = await mkdir(dataDir, { recursive: true, mode: 0o755 }).catch((error: Error) => {
    throw embeddedPostgresFailed(`The data directory ${dataDir} cannot be created: ${error.message}.`, error);
  });
  const asked = await realpath(dataDir);
  const home = await findHome(asked);
  const user = chooseOsUser(clusterDirectory(home), home);

  if (user === undefined) {
    if (process.geteuid?.() === 0) {
      throw embeddedPostgresFailed(
        'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it as.',
      );
    }
    if (createdFrom !== undefined) await chmod(asked, 0o700);
    const uid = process.geteuid?.() ?? -1;
    refuseForeignOwner(home, uid, 'this process');
    refuseForeignOwner(clusterDirectory(home), uid, 'this process');
    return { user, home };
  }

  const { code, output } = await runAs(user, '/bin/sh', ['-c', 'true']);
  if (code !== 0) {
    throw embeddedPostgresFailed(
      `PostgreSQL refuses to run as root, and we may not run it as the user ${user.name}: ${output}.`,
    );
  }
  refuseForeignOwner(clusterDirectory(home), user.uid, `the user ${user.name}`);
  if (home === asked) {
    if (await giveDirectory(home, user)) return { user, home };
    // Never begin with an empty database elsewhere while there is one here.
    if (existsSync(clusterDirectory(home))) {
      throw embeddedPostgresFailed(
        `The user ${user.name}, whose data are in ${home}, cannot enter that directory any more: let it pass through ` +
          'every directory above (chmod o+x).',
      );
    }
  }
  return { user, home: await placeElsewhere(asked, home, user) };
}

/**
 * Programs that `user` can run: the installed ones where it can reach them, else a copy, made once for each version. The
 * copy belongs to root, so that whoever breaks into the server cannot exchange its programs.
 */
export async function placeBinaries(
  installed: Binaries,
  user: OsUser | undefined,
  sharedPlace = SHARED_PLACE,
): Promise<Binaries> {
  const obstacle = await whyUnusable(installed, user);
  if (obstacle === undefined) return installed;
  const broken = (why: string) =>
    embeddedPostgresFailed(`The embedded PostgreSQL in ${installed.root} does not run here: ${why}.`);
  if (user === undefined) throw broken(obstacle);

  const version = await binariesVersion(installed, undefined);
  const copy = join(sharedPlace, `postgresql-${version}-${process.platform}-${process.arch}`);
  if (!existsSync(copy)) {
    await mkdir(sharedPlace, { recursive: true, mode: 0o755 });
    await chmod(sharedPlace, 0o755); // whatever the umask
    // Made beside its place and renamed, so that a copy that exists is whole.
    const unfinished = `${copy}.${randomBytes(4).toString('hex')}`;
    await cp(await realpath(installed.root), unfinished, { recursive: true, verbatimSymlinks: true });
    await makeReadable(unfinished);
    await rename(unfinished, copy).catch(async (error: NodeJS.ErrnoException) => {
      await rm(unfinished, { recursive: true });
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // another process made it meanwhile
    });
  }
  const copied = binariesIn(copy);
  const stillBroken = await whyUnusable(copied, user);
  if (stillBroken !== undefined) throw broken(stillBroken);
  return copied;
}

/** Makes `home` the user's own where that harms nobody, and says whether the user can work in it. */
async function giveDirectory(home: string, user: OsUser): Promise<boolean> {
  if (statSync(home).uid === 0) {
    // Never take a directory with somebody's files in it away from root.
    if ((await readdir(home)).length > 0) return false;
    if (!(await mayAccess(user, dirname(home), '-x'))) return false;
    await chown(home, user.uid, user.gid);
    await chmod(home, 0o700);
  }
  return mayAccess(user, home, '-w');
}

async function placeElsewhere(asked: string, pointedAt: string, user: OsUser): Promise<string> {
  const place =
    pointedAt === asked ? join(SHARED_PLACE, createHash('sha256').update(asked).digest('hex').slice(0, 16)) : pointedAt;
  await mkdir(place, { recursive: true, mode: 0o700 });
  if (dirname(place) === SHARED_PLACE) await chmod(SHARED_PLACE, 0o755); // whatever the umask
  refuseForeignOwner(clusterDirectory(place), user.uid, `the user ${user.name}`);
  await chown(place, user.uid, user.gid);
  if (!(await mayAccess(user, place, '-w'))) {
    throw embeddedPostgresFailed(
      `PostgreSQL refuses to run as root, and the user ${user.name} can enter neither ${asked} nor ${place}.`,
    );
  }
  await writeFile(join(asked, POINTER), pointerText(asked, place, user));
  return place;
}

function pointerText(asked: string, place: string, user: OsUser): string {
  return [
    'The data of this embedded PostgreSQL is not here. PostgreSQL refuses to run as root, and the user that runs it in',
    `place of root (${user.name}) cannot enter this directory. Everytick reads the lines below at its next start.`,
    '',
    `data: ${place}`,
    `of: ${asked}`,
    '',
  ].join('\n');
}

/** The place that an earlier run wrote down, also after this directory was moved, but not where it is a copy of another. */
function followPointer(asked: string): string | undefined {
  const pointer = readPointer(asked);
  if (pointer === undefined || !existsSync(pointer.data)) return undefined;
  const original = pointer.of === asked ? undefined : readPointer(pointer.of);
  return original?.data === pointer.data ? undefined : pointer.data;
}

function readPointer(directory: string): { data: string; of: string } | undefined {
  try {
    const text = readFileSync(join(directory, POINTER), 'utf8');
    const data = /^data: (.+)$/m.exec(text)?.[1];
    const of = /^of: (.+)$/m.exec(text)?.[1];
    return data && of ? { data, of } : undefined;
  } catch {
    return undefined;
  }
}

/** PostgreSQL starts only on data of its own user, and its own words for that do not say what to do. */
function refuseForeignOwner(path: string, uid: number, who: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.uid === uid) return;
  throw embeddedPostgresFailed(
    `The data directory ${path} belongs to another user (uid ${found.uid}), and PostgreSQL would run as ${who} ` +
      `(uid ${uid}). Start as its owner, change its owner (chown -R ${uid} ${path}), or choose another directory.`,
  );
}

async function makeReadable(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await makeReadable(path);
    else if (entry.isFile()) await chmod(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}
