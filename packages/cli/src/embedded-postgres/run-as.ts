// Runs one of PostgreSQL's programs to its end, as the user that the server belongs to.

import { spawn } from 'node:child_process';
import type { OsUser } from './os-user.ts';

export interface Finished {
  /** The exit code; null where a signal ended it or it could not be started. */
  readonly code: number | null;
  /** What it wrote to stdout and stderr, in order. */
  readonly output: string;
}

/**
 * Never rejects: a program that cannot be started has code null and says why in `output`.
 *
 * The environment is made from nothing: PGPORT, PGDATA, PGOPTIONS, PGTZ, HOME or a locale of whoever started us would
 * change what these programs do, and the secrets in our own environment are none of the database's business. The working
 * directory is `/`, for ours may be one that this user cannot enter.
 */
export function runAs(
  user: OsUser | undefined,
  program: string,
  args: readonly string[],
  input = '',
): Promise<Finished> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, {
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['pipe', 'pipe', 'pipe'],
      // Node drops the supplementary groups of root together with its user.
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
    });
    const collect = (chunk: string) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.stdin.on('error', (error) => collect(`${error.message}\n`)); // it ended without reading its input
    child.stdin.end(input);
    child.on('error', (error) => resolve({ code: null, output: error.message }));
    child.on('close', (code) => resolve({ code, output: output.trim() }));
  });
}

/** Whether `user` may do something with a path, asked of the kernel so that ACLs and every parent directory count. */
export async function mayAccess(user: OsUser | undefined, path: string, test: '-r' | '-w' | '-x'): Promise<boolean> {
  const { code } = await runAs(user, '/bin/sh', ['-c', `test ${test} "$1"`, 'sh', path]);
  return code === 0;
}
