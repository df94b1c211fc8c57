// Which user of the operating system runs the server. PostgreSQL refuses to run as root, and containers, CI jobs and
// small servers run everything as root, so as root another user must be found for it.

import { readFileSync, statSync } from 'node:fs';

/** The user and group that child processes of the server are started as. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What os-user.ts wants to know of the machine; tests pass their own. */
export interface OsUserFacts {
  readonly effectiveUid: number;
  readonly passwd: string;
}

/**
 * The user to switch to, or undefined where we are not root and go on as ourselves, or where no user can be found.
 *
 * The owner of existing data comes first, then the owner of the directory for it, so that a `sudo` in somebody's clone
 * does not lock them out. Otherwise `postgres`, who is meant for this, or else `nobody`, who exists nearly everywhere.
 * initdb looks its user up by id, so that only a user in /etc/passwd will do where there is no data yet.
 */
export function chooseOsUser(cluster: string, home: string, facts = readFacts()): OsUser | undefined {
  if (facts.effectiveUid !== 0) return undefined;
  const users = parsePasswd(facts.passwd).filter((user) => user.uid !== 0);
  const ownerOf = (path: string): OsUser | undefined => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.uid === 0) return undefined;
    const known = users.find((user) => user.uid === found.uid);
    return known ?? { name: `number ${found.uid}`, uid: found.uid, gid: found.gid };
  };
  const ownerOfHome = ownerOf(home);
  return (
    ownerOf(cluster) ??
    users.find((user) => user.uid === ownerOfHome?.uid) ??
    users.find((user) => user.name === 'postgres') ??
    users.find((user) => user.name === 'nobody')
  );
}

function readFacts(): OsUserFacts {
  return { effectiveUid: process.geteuid?.() ?? -1, passwd: readFileSync('/etc/passwd', 'utf8') };
}

function parsePasswd(passwd: string): OsUser[] {
  return passwd.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && /^-?\d+$/.test(uid ?? '') && /^-?\d+$/.test(gid ?? '')
      ? [{ name, uid: Number(uid), gid: Number(gid) }]
      : [];
  });
}
