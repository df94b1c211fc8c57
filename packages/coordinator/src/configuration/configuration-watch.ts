// Keeps the targets of one source as a configuration file, or a directory of them, declares them.
//
//   looking --(files changed)--> reading --(they are right)--> applying --> looking
//                                   |                             |
//                                   '--(wrong: told, once)        |--(refused: told, and tried again every minute)
//                                                                 '--(database away: tried again, less and less often)
//
// Nothing but a set that is right as a whole is ever applied, so the last good one stays in force whatever happens to the
// files. Every coordinator does this, leading or not: applies wait for each other, and one that finds everything as declared
// changes nothing.

import { createHash } from 'node:crypto';
import {
  applyTargets,
  type ConfigurationFile,
  checkSchemaVersion,
  type Environment,
  EverytickError,
  type Logger,
  type Plan,
  parseConfiguration,
  readConfigurationFiles,
  type TargetRules,
  type TargetSet,
} from '@everytick/core';
import type pg from 'pg';
import { Nudge } from '../leadership/duty.ts';
import type { ConfigurationMetrics } from './configuration-metrics.ts';
import { fingerprintOf } from './fingerprint.ts';

export interface ConfigurationWatchOptions {
  readonly path: string;
  /** Used where the files say no `source`. */
  readonly source: string;
  readonly environment: Environment;
  readonly rules: TargetRules;
  readonly pool: pg.Pool;
  readonly metrics: ConfigurationMetrics;
  readonly logger: Logger;
}

const lookEveryMs = 1_000;
const refusedAgainMs = 60_000;
const longestRetryMs = 30_000;
/** Clocks of file systems are this coarse: what was written just now may be written again without looking different. */
const settledAfterMs = 2_000;

export class ConfigurationWatch {
  readonly #options: ConfigurationWatchOptions;
  readonly #stopping = new AbortController();
  readonly #pause = new Nudge();
  #running: Promise<void> | undefined;
  /** Of the files that were read last; null before that. */
  #fingerprint: string | null = null;
  /** When they have to be read again although they look the same; of `performance.now()`. */
  #readAgainAt = Infinity;
  /** Of what was in them. */
  #digest: string | null = null;
  /** What they declare, until it is in force. */
  #pending: TargetSet | null = null;
  #tryAgainAt = 0;
  #failures = 0;
  #lastTold: string | null = null;

  constructor(options: ConfigurationWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#look();
        if (this.#pending !== null && performance.now() >= this.#tryAgainAt) await this.#apply(this.#pending);
      } catch (error) {
        // Nothing may end the watch.
        this.#options.logger.error({ err: error }, 'following the configuration failed, it will be tried again');
      }
      await this.#pause.pause(lookEveryMs, this.#stopping.signal);
    }
  }

  async #look(): Promise<void> {
    const { path } = this.#options;
    const before = await fingerprintOf(path);
    if (before === this.#fingerprint && performance.now() < this.#readAgainAt) return;
    const files = await readConfigurationFiles(path).catch((error: unknown) => asEverytickError(error));
    // Read while it was being changed: it will be read again.
    if ((await fingerprintOf(path)) !== before) return;
    this.#readAgainAt = before === this.#fingerprint ? Infinity : performance.now() + settledAfterMs;
    this.#fingerprint = before;
    const digest = digestOf(files);
    if (digest === this.#digest) return;
    this.#digest = digest;
    this.#read(files);
  }

  #read(files: readonly ConfigurationFile[] | EverytickError): void {
    const { rules, environment, source, logger, path } = this.#options;
    try {
      if (files instanceof EverytickError) throw files;
      const set = parseConfiguration(files, rules, environment);
      this.#pending = { ...set, source: set.source ?? source };
      this.#tryAgainAt = 0;
      this.#failures = 0;
      this.#lastTold = null;
    } catch (error) {
      const { message } = asEverytickError(error);
      // Not even what was waiting for the database: its files are gone.
      this.#pending = null;
      this.#options.metrics.missed('invalid');
      const problems = message.split('\n');
      logger.error({ path, problems }, 'the configuration is invalid: nothing was changed, what was in force stays so');
    }
  }

  async #apply(set: TargetSet): Promise<void> {
    const { pool } = this.#options;
    try {
      await checkSchemaVersion(pool);
      this.#succeeded(set, await applyTargets(pool, set, { prune: true, adopt: false }));
    } catch (error) {
      if (error instanceof EverytickError && error.code !== 'schema_outdated') this.#refused(error);
      else this.#failed(error);
    }
  }

  #succeeded(set: TargetSet, plan: Plan): void {
    const { logger, metrics, path } = this.#options;
    this.#pending = null;
    this.#lastTold = null;
    metrics.succeeded(plan.changes.length === 0 ? 'unchanged' : 'applied', set.declarations.length);
    const counts = { added: 0, changed: 0, removed: 0, unchanged: plan.unchanged };
    const words = { add: 'added', change: 'changed', remove: 'removed' } as const;
    for (const { action } of plan.changes) counts[words[action]]++;
    logger.info({ path, source: set.source, ...counts }, 'the configuration is in force');
  }

  /** Tried again, because what is in its way may be taken away. */
  #refused(error: EverytickError): void {
    const { logger, metrics, path } = this.#options;
    this.#tryAgainAt = performance.now() + refusedAgainMs;
    metrics.missed('refused');
    if (!this.#isNew(error.message)) return;
    const problems = error.message.split('\n');
    logger.error({ path, problems }, 'the configuration cannot be put in force: nothing was changed');
  }

  #failed(error: unknown): void {
    const { logger, metrics, path } = this.#options;
    this.#failures++;
    this.#tryAgainAt = performance.now() + Math.min(longestRetryMs, 500 * 2 ** this.#failures);
    metrics.missed('failed');
    const reason = error instanceof Error ? error.message : String(error);
    if (!this.#isNew(reason)) return;
    logger.warn({ path, err: error }, 'the configuration is not in force yet, it will be tried again');
  }

  #isNew(told: string): boolean {
    const isNew = told !== this.#lastTold;
    this.#lastTold = told;
    return isNew;
  }
}

function digestOf(files: readonly ConfigurationFile[] | EverytickError): string {
  const hash = createHash('sha256');
  if (files instanceof EverytickError) return `unreadable: ${files.message}`;
  for (const { path, text } of files) hash.update(JSON.stringify([path, text]));
  return hash.digest('hex');
}

function asEverytickError(error: unknown): EverytickError {
  if (error instanceof EverytickError) return error;
  throw error;
}
