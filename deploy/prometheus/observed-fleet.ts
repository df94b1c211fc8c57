// A small fleet of real processes with something to see: a coordinator that follows a configuration and serves series of
// targets, workers in two locations, and sites that are up, down, or have a certificate that is about to expire.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createCertificateAuthority,
  createTestDatabase,
  eventually,
  everytick,
  makeScratchDirectory,
  respond,
  startWebServer,
  type TestDatabase,
  type TestProcess,
} from '@everytick/testing';

export interface ObservedFleet extends AsyncDisposable {
  /** host:port of what serves /metrics and, on the coordinator, /metrics/targets. */
  readonly coordinator: string;
  readonly workers: readonly string[];
  readonly apiUrl: string;
}

const DAY_MS = 86_400_000;
const workerLocations = ['default', 'default', 'paris'] as const;

/** Resolves when every target has been checked from everywhere. */
export async function startObservedFleet(): Promise<ObservedFleet> {
  const database = await createTestDatabase();
  const configuration = join(await makeScratchDirectory(), 'everytick.yaml');
  await writeFile(configuration, JSON.stringify({ targets: await sites() }));
  const env = { EVERYTICK_DATABASE_URL: database.url };
  const coordinator = everytick(['coordinator'], {
    env: {
      ...env,
      EVERYTICK_CONFIG_PATH: configuration,
      EVERYTICK_TARGET_METRICS: 'on',
      EVERYTICK_VERIFY_INTERVAL_S: '1',
      EVERYTICK_VERIFY_WINDOW_S: '60',
    },
  });
  const workers = workerLocations.map((location, index) =>
    everytick(['worker'], {
      env: { ...env, EVERYTICK_LOCATION: location, EVERYTICK_WORKER_NAME: `worker-${index + 1}` },
    }),
  );
  const processes = await Promise.all([coordinator, ...workers]);
  const addresses = await Promise.all(processes.map((process) => urlIn(process, 'serving /metrics')));
  const [ofCoordinator, ...ofWorkers] = addresses.map((url) => new URL(url).host);
  await eventually(() => allChecked(database), { timeoutMs: 20_000 }).catch((error) => {
    throw new Error(`not every target is checked:\n${processes.map(({ output }) => output).join('\n')}`, {
      cause: error,
    });
  });
  return {
    coordinator: ofCoordinator as string,
    workers: ofWorkers,
    apiUrl: await urlIn(processes[0] as TestProcess, 'serving the API'),
    async [Symbol.asyncDispose]() {
      for (const process of processes) process.signal('SIGTERM');
      const exits = await Promise.all(processes.map(({ exited }) => exited));
      await database.drop();
      if (exits.some(({ code }) => code !== 0)) throw new Error(`they left with ${JSON.stringify(exits)}`);
    },
  };
}

async function sites(): Promise<object[]> {
  const authority = await createCertificateAuthority();
  const certificate = await authority.issue({ notAfter: new Date(Date.now() + 2 * DAY_MS) });
  const shop = await startWebServer({ routes: { '/': respond({ body: 'Add to basket', delayMs: 20 }) } });
  const broken = await startWebServer({ routes: { '/': respond({ status: 503 }) } });
  const expiring = await startWebServer({ certificate, routes: { '/': respond({ body: 'hello' }) } });
  const often = { every: '1s', timeout: '800ms', locations: ['default', 'paris'] };
  return [
    // By name, so that there is something to look up.
    { name: 'shop', url: `http://localhost:${shop.port}/`, group: 'retail', labels: { team: 'web' }, ...often },
    { name: 'broken', url: `${broken.url}/`, ...often },
    { name: 'expiring', url: `${expiring.url}/`, tls: { insecure_skip_verify: true }, ...often },
    { name: 'paused', url: `${shop.url}/`, paused: true, ...often },
  ];
}

async function urlIn(process: TestProcess, message: string): Promise<string> {
  const line = await process.waitForOutput(new RegExp(`^.*${message}.*$`, 'm'), 40_000);
  return (JSON.parse(line) as { url: string }).url;
}

async function allChecked(database: TestDatabase): Promise<boolean> {
  const { rows } = await database.query<{ pairs: number }>(
    "SELECT count(DISTINCT (target_id, location_id))::integer AS pairs FROM check_results WHERE outcome IN ('up', 'down')",
  );
  return rows[0]?.pairs === 6;
}
