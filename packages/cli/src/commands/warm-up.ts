// Makes a process ready to measure. The first check of a process loads modules, and runs code that was never run before:
// some ten milliseconds that would be charged to the target.

import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { EgressPolicy, evaluate, loopbackCidrs, type NameResolver, UndiciFetcher } from '@everytick/worker';

const rounds = 5;

/** Checks a page of this very process some times, with the resolver that is to be warm. */
export async function warmUp(resolver: NameResolver): Promise<void> {
  const server = http.createServer((_request, response) => response.end('warm'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const fetcher = new UndiciFetcher({ egress: new EgressPolicy({ allow: loopbackCidrs }), resolver });
  const target = { id: 0, url: `http://localhost:${port}/`, timeoutMs: 1_000, matchPattern: 'warm' };
  try {
    for (let round = 0; round < rounds; round++) evaluate(target, await fetcher.fetch(target));
  } finally {
    await fetcher.close();
    server.close();
  }
}
