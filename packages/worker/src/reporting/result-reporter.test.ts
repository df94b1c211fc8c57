import { type CheckResult, type FinishReport, silentLogger } from '@everytick/core';
import { eventually, resultOf } from '@everytick/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ResultReporter, type ResultReporterOptions } from './result-reporter.ts';

function result(id: number): CheckResult {
  const target = { id, url: 'http://127.0.0.1:9/', timeoutMs: 1_000, matchPattern: null };
  return resultOf({ target, scheduledAtMs: 0, nextAtMs: 0, epoch: 1 });
}

const idsOf = (results: readonly CheckResult[]) => results.map((each) => each.check.target.id);

function databaseError(code: string, constraint?: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('refused', 0, 'error'), { code, ...(constraint && { constraint }) });
}

/** A reporter whose database is a function: the real one is in the tests of the worker's process. */
function reporter(finish: (ids: number[]) => void | Promise<void>, overrides: Partial<ResultReporterOptions> = {}) {
  const seen = { batches: [] as number[][], committed: [] as number[], refused: 0, failed: 0, reachedNobody: 0 };
  const made = new ResultReporter({
    scheduler: {
      async finish(results): Promise<FinishReport> {
        seen.batches.push(idsOf(results));
        await finish(idsOf(results));
        return { recorded: results.length, repeated: 0, lost: 0 };
      },
    },
    processors: [],
    flushDelayMs: 20,
    observer: { written: () => undefined, writeFailed: () => seen.failed++, refused: () => seen.refused++ },
    logger: silentLogger(),
    ...overrides,
  });
  made.onCommitted = (results) => seen.committed.push(...idsOf(results));
  made.onFailed = () => seen.reachedNobody++;
  open.push(made);
  return { made, seen };
}

const open: ResultReporter[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.flush(0)));
});

describe('results on their way into the ledger', () => {
  it('are written together when they come together', async () => {
    const { made, seen } = reporter(() => undefined);
    for (const id of [1, 2, 3]) made.report(result(id));
    expect(made.pending).toBe(3);
    await eventually(() => expect(seen.batches).toEqual([[1, 2, 3]]));
    expect(made.pending).toBe(0);
  });

  it('gather while a batch is being written', async () => {
    const gate = Promise.withResolvers<void>();
    const { made, seen } = reporter(([first]) => (first === 1 ? gate.promise : undefined));
    made.report(result(1));
    await eventually(() => expect(seen.batches).toHaveLength(1));
    for (const id of [2, 3]) made.report(result(id));
    gate.resolve();
    await eventually(() => expect(seen.batches).toEqual([[1], [2, 3]]));
  });

  it('do not wait for others when they are urgent', async () => {
    const { made, seen } = reporter(() => undefined, {
      flushDelayMs: 60_000,
      isUrgent: ({ check }) => check.target.id === 2,
    });
    made.report(result(1));
    made.report(result(2));
    await eventually(() => expect(seen.committed).toEqual([1, 2]));
  });

  it('are held and tried again while the database is away, in their order', async () => {
    let away = 3;
    const { made, seen } = reporter(() => {
      if (away-- > 0) throw new Error('connection refused');
    });
    made.report(result(1));
    await eventually(() => expect(seen.failed).toBe(1));
    made.report(result(2));
    await eventually(() => expect(seen.committed).toEqual([1, 2]), { timeoutMs: 10_000 });
    expect(seen.failed).toBe(3);
    expect(seen.reachedNobody).toBe(3);
  });

  it('are all written but the one that the database refuses', async () => {
    const { made, seen } = reporter((ids) => {
      if (ids.includes(3)) throw databaseError('22021');
    });
    for (const id of [1, 2, 3, 4, 5]) made.report(result(id));
    await eventually(() => expect(made.pending).toBe(0));
    expect(seen.refused).toBe(1);
    expect(seen.reachedNobody).toBe(0);
    expect(seen.committed.sort()).toEqual([1, 2, 3, 4, 5]);
    expect(seen.batches.filter((batch) => batch.includes(5) && !batch.includes(3)).length).toBe(1);
  });

  it('wait for a partition that is absent: that is no fault of theirs', async () => {
    let absent = 2;
    const { made, seen } = reporter(() => {
      if (absent-- > 0) throw databaseError('23514');
    });
    made.report(result(1));
    await eventually(() => expect(seen.committed).toEqual([1]), { timeoutMs: 10_000 });
    expect(seen.refused).toBe(0);
  });

  it('are not written again because a processor fails', async () => {
    const processed: number[] = [];
    const { made, seen } = reporter(() => undefined, {
      processors: [
        {
          process() {
            throw new Error('broken');
          },
        },
        { process: (results) => processed.push(...idsOf(results)) },
      ],
    });
    made.report(result(1));
    await eventually(() => expect(seen.committed).toEqual([1]));
    expect(seen.batches).toEqual([[1]]);
    expect(processed).toEqual([1]);
  });

  it('are flushed without delay when the worker leaves, also those that come meanwhile', async () => {
    const gate = Promise.withResolvers<void>();
    const { made, seen } = reporter(([first]) => (first === 1 ? gate.promise : undefined), { flushDelayMs: 60_000 });
    made.report(result(1));
    const flushed = made.flush(5_000);
    await eventually(() => expect(seen.batches).toHaveLength(1));
    made.report(result(2));
    gate.resolve();
    await flushed;
    expect(seen.committed).toEqual([1, 2]);
  });

  it('are given up when flushing takes too long', async () => {
    const { made } = reporter(() => new Promise(() => undefined));
    made.report(result(1));
    await made.flush(50);
    expect(made.pending).toBe(1);
  });
});
