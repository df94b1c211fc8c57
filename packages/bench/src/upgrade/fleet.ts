// The processes of one version: two coordinators and two workers, on the same database as those of another version.

import { openLoopback, startProcess, type TestProcess } from '@everytick/testing';
import { commandOf, type Release } from './release.ts';

/** Generous: in CI two cores are shared by both versions, the database and the site. */
const START_TIMEOUT_MS = 120_000;

export interface Fleet {
  /** SIGTERM to all. Resolves, when they have left, to what should not have been: sentences. */
  stop(): Promise<string[]>;
}

export interface CommandReport {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A short command of that version. */
export async function runCommand(
  release: Release,
  args: readonly string[],
  databaseUrl: string,
): Promise<CommandReport> {
  const [node, ...command] = commandOf(release);
  const child = await startProcess(node, [...command, ...args], { env: { EVERYTICK_DATABASE_URL: databaseUrl } });
  const { code } = await child.exited;
  return { code, stdout: child.stdout, stderr: child.stderr };
}

/** Resolves when everybody is at work. The processes are given to `stack`. */
export async function startFleet(
  stack: AsyncDisposableStack,
  release: Release,
  name: string,
  databaseUrl: string,
): Promise<Fleet> {
  const [node, ...command] = commandOf(release);
  const env = { ...openLoopback, EVERYTICK_DATABASE_URL: databaseUrl, EVERYTICK_LOG_FORMAT: 'json' };
  const members: [string, TestProcess][] = [];
  for (const role of ['coordinator', 'worker'] as const) {
    for (const number of [1, 2]) {
      const member = `${name}-${role}-${number}`;
      const child = await startProcess(node, [...command, role], {
        env: { ...env, ...(role === 'worker' && { EVERYTICK_WORKER_NAME: member }) },
      });
      stack.use(child);
      members.push([member, child]);
    }
  }
  await Promise.all(
    members.map(([, child]) => child.waitForOutput(/"worker running"|"leading"|standing by"/, START_TIMEOUT_MS)),
  );
  return {
    async stop() {
      for (const [, child] of members) child.signal('SIGTERM');
      const problems: string[] = [];
      for (const [member, child] of members) {
        const { code, signal } = await child.exited;
        if (code !== 0) problems.push(`${member} left with ${signal ?? `exit code ${code}`}`);
        problems.push(...errorsIn(child.output).map((message) => `${member} logged: ${message}`));
      }
      return problems;
    },
  };
}

const ERROR_LEVEL = 50; // pino's number

/** Each message once. */
function errorsIn(output: string): string[] {
  const messages = output.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    const { level, msg, err } = JSON.parse(line) as { level: number; msg?: string; err?: { message?: string } };
    return level >= ERROR_LEVEL ? [[msg, err?.message].filter(Boolean).join(': ')] : [];
  });
  return [...new Set(messages)];
}
