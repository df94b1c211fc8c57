// Who takes part: PostgreSQL, the checked site, and three workers and two coordinators, each behind a proxy of its own.

import { fileURLToPath } from 'node:url';
import { migrate } from '@everytick/cli/migrate';
import { type OwnPostgres, openLoopback, startFaultProxy, startOwnPostgres, startProcess } from '@everytick/testing';
import { victimNames } from './fault-plan.ts';
import { Member } from './member.ts';
import type { ProcessLogs } from './process-logs.ts';

/** Short, so that leases of the dead expire while the run lasts. */
export const LEASE_MARGIN_MS = 2_000;
const DRAIN_TIMEOUT_MS = 10_000;

export interface Cast {
  readonly postgres: OwnPostgres;
  /** The checked site's: it stands for many hosts. */
  readonly origins: readonly string[];
  readonly members: ReadonlyMap<string, Member>;
}

/** Everything that is started is given to `stack`, even where this rejects. */
export async function assemble(
  stack: AsyncDisposableStack,
  logs: ProcessLogs,
  onProblem: (problem: string) => void,
): Promise<Cast> {
  // Commits that reach the disk before they are acknowledged, as an operator would have it.
  const postgres = stack.use(await startOwnPostgres({ settings: { fsync: 'on', full_page_writes: 'on' } }));
  stack.defer(() => logs.keepCopy(postgres.logFile, 'postgres'));
  await migrate({ databaseUrl: postgres.url });

  const site = stack.use(await startProcess(process.execPath, [fileURLToPath(new URL('./site.ts', import.meta.url))]));
  const origins = (await site.waitForOutput(/http:.+\n/)).trim().split(' ');

  const members = new Map<string, Member>();
  for (const name of victimNames()) {
    const role = name.startsWith('worker') ? 'worker' : 'coordinator';
    const proxy = stack.use(await startFaultProxy({ targetPort: postgres.port }));
    const url = new URL(postgres.url);
    url.port = String(proxy.port);
    const env = {
      ...neutralEnv(),
      EVERYTICK_DATABASE_URL: url.href,
      EVERYTICK_LOG_FORMAT: 'json',
      ...(role === 'worker' && {
        ...openLoopback,
        EVERYTICK_WORKER_NAME: name,
        EVERYTICK_LEASE_MARGIN_MS: String(LEASE_MARGIN_MS),
        EVERYTICK_DRAIN_TIMEOUT_MS: String(DRAIN_TIMEOUT_MS),
        EVERYTICK_TICK_HEADER: 'on',
      }),
    };
    const member = new Member({ name, role, proxy, env, logFile: logs.fileOf(name), onProblem });
    stack.defer(() => member.kill());
    members.set(name, member);
  }
  const started = await Promise.allSettled([...members.values()].map((member) => member.start()));
  for (const each of started) if (each.status === 'rejected') throw each.reason;
  return { postgres, origins, members };
}

/** Settings of whoever runs this must not decide what happens. */
function neutralEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(EVERYTICK_|PG|NODE_OPTIONS$)/.test(name)),
  );
}
