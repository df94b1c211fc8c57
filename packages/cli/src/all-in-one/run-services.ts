// The processes of a run: one coordinator, some workers, and the demonstration site where it is shown.

import { mkdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type DatabaseConfig, EverytickError } from '@everytick/core';
import { choosePort } from '../embedded-postgres/free-port.ts';
import { apiPort } from './addresses.ts';
import { ChildService } from './child-service.ts';
import { LogFollower, warnLevel } from './service-log.ts';

// The same addresses from run to run, as long as nobody else has them.
const coordinatorPort = 7400;
const firstWorkerPort = 7401;
const demoSitePort = 7480;

const killAfterMs = 30_000;
const readyPollMs = 50;
const readyPatienceMs = 15_000;

export interface RunServicesOptions {
  readonly logDir: string;
  readonly onIncident: (message: string) => void;
}

export class RunServices {
  readonly #options: RunServicesOptions;
  readonly #followers: { readonly name: string; readonly log: LogFollower }[] = [];
  readonly #environments = new Map<ChildService, NodeJS.ProcessEnv>();
  readonly workers: ChildService[] = [];
  coordinator: ChildService | null = null;
  demoSite: ChildService | null = null;

  constructor(options: RunServicesOptions) {
    this.#options = options;
  }

  /**
   * Starts the coordinator and the workers, these with more settings than there are in the environment. Resolves when all
   * of them are ready to do their work.
   */
  async start(database: DatabaseConfig, workerCount: number, workerEnvironment: NodeJS.ProcessEnv): Promise<void> {
    const [script] = process.argv.slice(1);
    if (script === undefined) throw new EverytickError('service_failed', 'cannot tell which script this process runs');
    const environment = {
      EVERYTICK_DATABASE_URL: database.databaseUrl,
      EVERYTICK_POOLER: database.pooler,
      EVERYTICK_LISTEN_URL: database.listenUrl,
      EVERYTICK_LOG_FORMAT: 'json',
    };
    this.coordinator = await this.#create('coordinator', script, ['coordinator'], {
      ...environment,
      EVERYTICK_STATUS_PORT: String(await choosePort(coordinatorPort)),
      EVERYTICK_API_PORT: process.env['EVERYTICK_API_PORT'] || String(await choosePort(apiPort)),
    });
    for (let number = 1; number <= workerCount; number++) {
      const name = `worker-${number}`;
      const worker = await this.#create(name, script, ['worker'], {
        ...workerEnvironment,
        ...environment,
        EVERYTICK_STATUS_PORT: String(await choosePort(firstWorkerPort + number - 1)),
        EVERYTICK_WORKER_NAME: name,
      });
      this.workers.push(worker);
    }
    await Promise.all([this.coordinator, ...this.workers].map((service) => this.#startUntilReady(service)));
  }

  /** Between the choice of a port and its use another process may take it: then the system chooses. */
  async #startUntilReady(service: ChildService): Promise<void> {
    try {
      await startUntilReady(service);
    } catch (error) {
      const environment = this.#environments.get(service);
      const { message } = error as Error;
      const lost = chosenPorts.find((variable) => message.includes(variable) && !isAsked(variable));
      if (environment === undefined || lost === undefined) throw error;
      environment[lost] = '0';
      await startUntilReady(service);
    }
  }

  /** Starts the demonstration site and resolves with its base URL. */
  async startDemoSite(): Promise<string> {
    const script = new URL(`./demo-site/process${extname(import.meta.url)}`, import.meta.url);
    const port = String(await choosePort(demoSitePort));
    this.demoSite = await this.#create('demo-site', fileURLToPath(script), [port], {});
    await this.demoSite.start();
    return this.demoSite.statusUrl ?? '';
  }

  /** What the services have logged at `warn` and above since the last time. */
  async newWarnings(): Promise<string[]> {
    const warnings = await Promise.all(
      this.#followers.map(async ({ name, log }) =>
        (await log.read())
          .filter((record) => record.level >= warnLevel)
          .map(({ msg, detail }) => `${name}: ${msg}${detail === '' ? '' : `: ${detail}`}`),
      ),
    );
    return warnings.flat();
  }

  /** Tells the coordinator and the workers, which know what it means. */
  signal(signal: NodeJS.Signals): void {
    for (const service of [this.coordinator, ...this.workers]) service?.signal(signal);
  }

  /** Lets the workers finish what they have begun. */
  async stopWorkers(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop(killAfterMs)));
  }

  async stopOthers(): Promise<void> {
    await Promise.all([this.coordinator?.stop(killAfterMs), this.demoSite?.stop(killAfterMs)]);
    for (const service of this.#all()) service.dispose();
  }

  /** Ends all of them at once, for when there is no time. */
  kill(): void {
    for (const service of this.#all()) service.kill();
  }

  async #create(name: string, script: string, args: string[], environment: NodeJS.ProcessEnv): Promise<ChildService> {
    await mkdir(this.#options.logDir, { recursive: true });
    const logFile = join(this.#options.logDir, `${name}.log`);
    const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
    const service = new ChildService({ name, script, args, env, logFile, onIncident: this.#options.onIncident });
    this.#environments.set(service, env);
    this.#followers.push({ name, log: new LogFollower(logFile) });
    return service;
  }

  #all(): ChildService[] {
    return [this.coordinator, this.demoSite, ...this.workers].filter((service) => service !== null);
  }
}

const chosenPorts = ['EVERYTICK_STATUS_PORT', 'EVERYTICK_API_PORT'] as const;

/** Whether the user has said which one, so that no other will do. */
function isAsked(variable: (typeof chosenPorts)[number]): boolean {
  return variable === 'EVERYTICK_API_PORT' && Boolean(process.env[variable]);
}

// What a service serves first is the state of its readiness. It may stay unready for reasons that pass, such as a database
// that recovers; the run then begins all the same, and the table shows what comes of it.
async function startUntilReady(service: ChildService): Promise<void> {
  await service.start();
  const deadline = performance.now() + readyPatienceMs;
  while (performance.now() < deadline) {
    const response = await fetch(`${service.statusUrl}/readyz`).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
    await delay(readyPollMs);
  }
}
