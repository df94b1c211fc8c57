// Keeps the targets of one source as a configuration file, or a directory of them, declares them.
//
//   looking --(files changed, and not just now)--> reading --(they are right)--> applying --> looking
//                                                     |                             |
//                                                     '--(wrong: told, once)        |--(refused: told, and tried again every minute)
//                                                                                   '--(database away: tried again, less and less often)
//
// Nothing but a set that is right as a whole is ever applied, so the last good one stays in force whatever happens to the
// files. Half a file may be right as well, and to apply it would take away the targets of the other half: so files count only
// when nobody has touched them for a moment.
//
// Every coordinator does this, leading or not: applies wait for each other, and one that finds everything as declared changes
// nothing. What is in force is applied again every few minutes, because one that has files of yesterday may have been there.

import { createHash } from 'node:crypto';
import {
  applyTargets,
  type ConfigurationFile,
  checkSchemaVersion,
  type Environment,
  EverytickError,
  type EverytickErrorCode,
  type Logger,
  type Plan,
  type PlannedAction,
  type TargetRules,
  type TargetSet,
} from '@everytick/core';
import { parseConfigurationGently, readConfigurationFiles } from '@everytick/core/configuration';
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
/** Whoever writes files piece by piece has to be faster than this, from one piece to the next. */
const settledAfterMs = 2_000;
const applyAgainMs = 300_000;

export class ConfigurationWatch {
  readonly #options: ConfigurationWatchOptions;
  readonly #stopping = new AbortController();
  readonly #pause = new Nudge();
  #running: Promise<void> | undefined;
  /** Of the files that were read last; null before that. */
  #readMark: string | null = null;
  /** Of the files as they were seen last, and since when they have been so; of `performance.now()`. */
  #seenMark: string | null = null;
  #seenSince = 0;
  /** Of what was in them. */
  #digest: string | null = null;
  /** What they declare, until it is in force. */
  #pending: TargetSet | null = null;
  /** What was put in force last, and when that is looked after again. */
  #inForce: TargetSet | null = null;
  #lookAfterAt = Infinity;
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
        else if (this.#inForce !== null && performance.now() >= this.#lookAfterAt) await this.#lookAfter(this.#inForce);
      } catch (error) {
        // Nothing may end the watch.
        this.#options.logger.error({ err: error }, 'following the configuration failed, it will be tried again');
      }
      await this.#pause.pause(lookEveryMs, this.#stopping.signal);
    }
  }

  async #look(): Promise<void> {
    const { path } = this.#options;
    const { mark, changedAtMs } = await fingerprintOf(path);
    if (mark !== this.#seenMark) {
      this.#seenMark = mark;
      this.#seenSince = performance.now();
    }
    if (mark === this.#readMark) return;
    // By the clock of the file system or, where that is another one, by ours.
    const untouchedMs = Math.max(Date.now() - changedAtMs, performance.now() - this.#seenSince);
    if (untouchedMs < settledAfterMs) return;
    const files = await readConfigurationFiles(path).catch((error: unknown) => asEverytickError(error));
    // Read while it was being changed: it will be read again.
    if ((await fingerprintOf(path)).mark !== mark) return;
    this.#readMark = mark;
    const digest = digestOf(files);
    if (digest === this.#digest) return;
    this.#digest = digest;
    await this.#read(files);
  }

  async #read(files: readonly ConfigurationFile[] | EverytickError): Promise<void> {
    const { rules, environment, source, logger, path } = this.#options;
    // Not even what was waiting for the database: its files are gone.
    this.#pending = null;
    this.#lastTold = null;
    try {
      if (files instanceof EverytickError) throw files;
      const set = await parseConfigurationGently(files, rules, environment);
      this.#pending = { ...set, source: set.source ?? source };
      this.#tryAgainAt = 0;
      this.#failures = 0;
    } catch (error) {
      this.#options.metrics.missed('invalid');
      const said = 'the configuration is invalid: nothing was changed, what was in force stays so';
      if (error instanceof EverytickError) logger.error({ path, problems: error.message.split('\n') }, said);
      else logger.error({ path, err: error }, said);
    }
  }

  async #apply(set: TargetSet): Promise<void> {
    const { pool } = this.#options;
    try {
      await checkSchemaVersion(pool);
      this.#succeeded(set, await applyTargets(pool, set, { prune: true, adopt: false }));
    } catch (error) {
      if (error instanceof EverytickError && !passing.has(error.code)) this.#refused(error);
      else this.#failed(error);
    }
  }

  #succeeded(set: TargetSet, plan: Plan): void {
    const { logger, metrics, path } = this.#options;
    this.#pending = null;
    this.#lastTold = null;
    this.#inForce = set;
    this.#lookAfterAt = performance.now() + applyAgainMs;
    metrics.succeeded(plan.changes.length === 0 ? 'unchanged' : 'applied', set.declarations.length);
    logger.info({ path, source: set.source, ...changesOf(plan) }, 'the configuration is in force');
  }

  /** Brings back what has been changed elsewhere. Where that fails there is another time, and the files are none the worse. */
  async #lookAfter(set: TargetSet): Promise<void> {
    const { pool, logger, path } = this.#options;
    this.#lookAfterAt = performance.now() + applyAgainMs;
    try {
      const plan = await applyTargets(pool, set, { prune: true, adopt: false });
      if (plan.changes.length === 0) return;
      logger.warn(
        { path, source: set.source, ...changesOf(plan) },
        'targets were not as the configuration declares them, and are so again',
      );
    } catch (error) {
      logger.warn({ path, err: error }, 'cannot tell whether the configuration is still in force');
    }
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

/** Codes of errors that go away by themselves. */
const passing: ReadonlySet<EverytickErrorCode> = new Set(['schema_outdated', 'targets_busy', 'database_unreachable']);

const mostNames = 20;

/** For the log: how many targets, and the names of the first of them. */
function changesOf(plan: Plan) {
  const named = (action: PlannedAction) => {
    const names = plan.changes.filter((change) => change.action === action).map(({ name }) => name);
    return { count: names.length, names: names.slice(0, mostNames) };
  };
  return { added: named('add'), changed: named('change'), removed: named('remove'), unchanged: plan.unchanged };
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
