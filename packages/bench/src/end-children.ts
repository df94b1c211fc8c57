// A benchmark that is told to stop takes along what it has started. (Servers of PostgreSQL are ended by a process that watches
// over us: packages/testing/src/scratch-server.ts.)

import { childrenOf } from './load/cpu-time.ts';

export function endChildrenOnSignal(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      for (const pid of childrenOf(process.pid)) process.kill(pid, 'SIGKILL');
      process.exit(code);
    });
  }
}
