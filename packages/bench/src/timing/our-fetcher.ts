// Everytick's own fetcher as a monitor to be compared, with the watch on the event loop that a worker has.

import { EventLoopDelay, type Target } from '@everytick/core';
import { EgressPolicy, isSuspect, loopbackCidrs, UndiciFetcher } from '@everytick/worker';
import type { CheckPlan } from './check-plan.ts';
import type { Monitor } from './monitor.ts';
import { portFor, type ServerAddresses } from './server-books.ts';

export function ourFetcher(server: ServerAddresses): Monitor {
  const fetcher = new UndiciFetcher({ egress: new EgressPolicy({ allow: loopbackCidrs }), extraCa: [server.ca] });
  const loopDelay = new EventLoopDelay();
  return {
    name: 'Everytick',
    usesProxies: true,
    check: async (plan) => {
      const result = await fetcher.fetch(targetOf(plan, server));
      const { phases, responseTimeUs, startedAtMonotonicMs, error } = result;
      const heldUpMs = loopDelay.longestDelayMs(startedAtMonotonicMs, performance.now());
      return {
        plan,
        failure: error?.detail ?? null,
        said: {
          dnsMs: milliseconds(phases.dnsUs),
          connectMs: milliseconds(phases.connectUs),
          tlsMs: milliseconds(phases.tlsUs),
          requestMs: milliseconds(phases.requestUs),
          firstByteMs: milliseconds(phases.firstByteUs),
          downloadMs: milliseconds(phases.downloadUs),
          totalMs: milliseconds(responseTimeUs),
          ownWorkMs: milliseconds(responseTimeUs),
        },
        suspect: isSuspect(heldUpMs, responseTimeUs),
      };
    },
    [Symbol.asyncDispose]: async () => {
      loopDelay.stop();
      await fetcher.close();
    },
  };
}

function targetOf(plan: CheckPlan, server: ServerAddresses): Target {
  return {
    id: 1,
    url: `${plan.scheme}://${plan.name}:${portFor(plan, server)}/`,
    timeoutMs: 10_000,
    matchPattern: null,
    options: {
      ip_family: '4',
      dns: { server: `127.0.0.1:${server.dns}` },
      ...(plan.proxied ? { proxy: `http://127.0.0.1:${server.proxy}` } : {}),
    },
  };
}

function milliseconds(us: number | null): number | undefined {
  return us === null ? undefined : us / 1_000;
}
