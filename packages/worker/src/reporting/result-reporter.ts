// Brings results into the ledger in batches, and holds on to them until they are there.
//
//   empty --report()--> gathering --delay over, or batch full--> writing --committed--> empty or gathering
//                                                                   \--database away--> waiting --backoff--> writing
//
// One batch is written at a time, in the order of arrival: what arrives meanwhile becomes the next batch, so batches grow
// with the load by themselves. Nothing is dropped because the database is away; there is never more to hold than the
// worker has slots.

import type { CheckResult, FinishReport, Logger, ResultProcessor, WorkScheduler } from '@everytick/core';
import pg from 'pg';

export interface ResultReporterOptions {
  readonly scheduler: Pick<WorkScheduler, 'finish'>;
  readonly processors: readonly ResultProcessor[];
  /** How long the first result of a batch waits for others. */
  readonly flushDelayMs: number;
  /** True for a result that must not wait: the next tick of its lease is about to be claimed. */
  readonly isUrgent?: (result: CheckResult) => boolean;
  readonly observer: ReportObserver;
  readonly logger: Logger;
}

/** Hears what became of the batches, for metrics. */
export interface ReportObserver {
  /** `results`: how many there were in the batch. */
  written(report: FinishReport, seconds: number, results: number): void;
  writeFailed(): void;
  /** A result that the database refuses for what it contains: its tick will be written as missed. */
  refused(): void;
}

const MAX_BATCH = 500;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;

export class ResultReporter {
  /** Called when results have been recorded (or dropped): there is room for new checks, and their leases are free. */
  onCommitted: (results: readonly CheckResult[]) => void = () => undefined;
  /** Called when the database could not be reached, or was in no state to record anything. */
  onFailed: () => void = () => undefined;

  readonly #options: ResultReporterOptions;
  #gathered: CheckResult[] = [];
  #writing: readonly CheckResult[] = [];
  #timer: NodeJS.Timeout | undefined;
  #retryMs = RETRY_MIN_MS;
  #emptied: PromiseWithResolvers<void> | undefined;
  #flushing = false;

  constructor(options: ResultReporterOptions) {
    this.#options = options;
  }

  /** Results that are not in the ledger yet. */
  get pending(): number {
    return this.#gathered.length + this.#writing.length;
  }

  report(result: CheckResult): void {
    this.#gathered.push(result);
    if (this.#writing.length > 0) return;
    if (this.#flushing || this.#gathered.length >= MAX_BATCH || this.#isUrgent(result)) this.#writeSoon(0);
    else if (this.#timer === undefined) this.#writeSoon(this.#options.flushDelayMs);
  }

  /** Writes what there is without waiting for more. Resolves when all is written, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    this.#flushing = true;
    if (this.pending === 0) return;
    this.#emptied = Promise.withResolvers();
    if (this.#writing.length === 0) this.#writeSoon(0);
    const giveUp = setTimeout(() => this.#emptied?.resolve(), timeoutMs);
    await this.#emptied.promise;
    clearTimeout(giveUp);
    clearTimeout(this.#timer);
  }

  readonly #isUrgent = (result: CheckResult): boolean => this.#options.isUrgent?.(result) ?? false;

  #writeSoon(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#writing.length === 0) {
        this.#writing = this.#gathered.slice(0, MAX_BATCH);
        this.#gathered = this.#gathered.slice(MAX_BATCH);
      }
      void this.#write();
    }, delayMs);
  }

  async #write(): Promise<void> {
    const batch = this.#writing;
    const startedAt = performance.now();
    let report: FinishReport;
    try {
      report = await this.#options.scheduler.finish(batch);
    } catch (error) {
      if (isRefusal(error)) this.#isolate(batch, error);
      else this.#retry(batch, error);
      return;
    }
    this.#options.observer.written(report, (performance.now() - startedAt) / 1000, batch.length);
    if (report.lost > 0) {
      this.#options.logger.warn({ lost: report.lost }, 'results dropped: their leases had passed to someone else');
    }
    if (report.repeated > 0) {
      this.#options.logger.info(
        { repeated: report.repeated },
        'results were in the ledger already, the answer was lost',
      );
    }
    for (const processor of this.#options.processors) {
      try {
        processor.process(batch);
      } catch (error) {
        this.#options.logger.error({ err: error, processor: processor.constructor.name }, 'a result processor failed');
      }
    }
    this.#leave(batch);
  }

  #retry(batch: readonly CheckResult[], error: unknown): void {
    this.#options.observer.writeFailed();
    this.onFailed();
    this.#options.logger.warn(
      { err: error, results: batch.length, retryMs: this.#retryMs },
      'results not written, retrying',
    );
    this.#writeSoon(this.#retryMs * (0.5 + Math.random()));
    this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 2);
  }

  /** One result that the database cannot store must not hold up the others: halve the batch until it stands alone. */
  #isolate(batch: readonly CheckResult[], error: unknown): void {
    const only = batch.length === 1 ? batch[0] : undefined;
    if (only === undefined) {
      const half = Math.ceil(batch.length / 2);
      this.#gathered = [...batch.slice(half), ...this.#gathered];
      this.#writing = batch.slice(0, half);
      void this.#write();
      return;
    }
    this.#options.observer.refused();
    this.#options.logger.error({ err: error, targetId: only.check.target.id }, 'the database refused a result');
    this.#leave(batch);
  }

  #leave(batch: readonly CheckResult[]): void {
    this.#writing = [];
    this.#retryMs = RETRY_MIN_MS;
    const hurry = this.#flushing || this.#gathered.length >= MAX_BATCH || this.#gathered.some(this.#isUrgent);
    if (this.#gathered.length > 0) this.#writeSoon(hurry ? 0 : this.#options.flushDelayMs);
    else this.#emptied?.resolve();
    this.onCommitted(batch);
  }
}

/**
 * Data exceptions and constraint violations (SQLSTATE classes 22 and 23): trying again would fail again. A violation that
 * names no constraint is an absent partition, which somebody will make.
 */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  const { code = '', constraint } = error;
  return code.startsWith('22') || (code.startsWith('23') && constraint !== undefined);
}
