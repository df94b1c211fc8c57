// The process of `checkShortOfDescriptors`: targets as JSON in its first argument, codes as JSON on its standard output.

import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Target } from '@everytick/core';
import { EgressPolicy, loopbackCidrs, NameResolver, UndiciFetcher } from '@everytick/worker';

const targets: Target[] = JSON.parse(process.argv[2] ?? '');
const resolver = new NameResolver();
const fetcher = new UndiciFetcher({ egress: new EgressPolicy({ allow: loopbackCidrs }), resolver });
// What is loaded with the first check needs descriptors, too.
for (const target of targets) await fetcher.fetch(target);

const taken: number[] = [];
try {
  for (;;) taken.push(openSync(devNull, 'r'));
} catch {
  // None is left.
}
const codes: (string | null)[] = [];
for (const target of targets) codes.push((await fetcher.fetch(target)).error?.code ?? null);
for (const descriptor of taken) closeSync(descriptor);
await fetcher.close();
resolver.close();
process.stdout.write(JSON.stringify(codes));
