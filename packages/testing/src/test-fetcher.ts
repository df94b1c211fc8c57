// The fetcher of tests: it may connect to loopback, and knows names of its own.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EgressPolicy,
  loopbackCidrs,
  NameResolver,
  SecretResolver,
  UndiciFetcher,
  type UndiciFetcherOptions,
} from '@everytick/worker';
import { atEnd } from './test-scope.ts';

export interface TestFetcherOptions extends UndiciFetcherOptions {
  /** Lines of a hosts file: `127.0.0.1 shop.test`. */
  readonly hosts?: readonly string[];
  /** Environment variables that targets may refer to. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Closed when its test, or its file, is over. */
export function testFetcher({ hosts = [], environment = {}, ...options }: TestFetcherOptions = {}): UndiciFetcher {
  const folder = mkdtempSync(join(tmpdir(), 'everytick-hosts-'));
  const hostsFile = join(folder, 'hosts');
  writeFileSync(hostsFile, ['127.0.0.1 localhost', ...hosts, ''].join('\n'));
  const resolver = options.resolver ?? new NameResolver({ hostsFile });
  const fetcher = new UndiciFetcher({
    egress: new EgressPolicy({ allow: loopbackCidrs }),
    secrets: new SecretResolver({ envPrefix: '', directory: null, environment }),
    ...options,
    resolver,
  });
  atEnd(async () => {
    await fetcher.close();
    resolver.close();
    rmSync(folder, { recursive: true });
  });
  return fetcher;
}
