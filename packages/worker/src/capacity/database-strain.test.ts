import type { WorkScheduler } from '@everytick/core';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DatabaseStrain } from './database-strain.ts';

function setUp() {
  const gate = Promise.withResolvers<never>();
  const scheduler: WorkScheduler = {
    claim: () => Promise.resolve({ checks: [], ticksMissed: 0, nextDueAtMs: null }),
    finish: () => gate.promise,
    release: () => Promise.reject(new Error('not of interest')),
  };
  return { strain: new DatabaseStrain(scheduler), gate };
}

describe('the strain on the database', () => {
  it('shows in a statement that is still under way', async () => {
    const { strain, gate } = setUp();
    const finishing = strain.finish([]).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const first = strain.take().slowestStatementMs;
    expect(first).toBeGreaterThan(25);
    expect(strain.take().slowestStatementMs).toBeGreaterThanOrEqual(first);
    gate.reject(new Error('the connection broke'));
    await finishing;
    expect(strain.take().failedStatements).toBe(1);
    expect(strain.take()).toEqual({ slowestStatementMs: 0, failedStatements: 0 });
  });

  it('passes on what the scheduler answers, and forgets what has been taken', async () => {
    const { strain } = setUp();
    expect(await strain.claim(5, 'overload')).toEqual({ checks: [], ticksMissed: 0, nextDueAtMs: null });
    expect(strain.take().slowestStatementMs).toBeLessThan(1_000);
    expect(strain.take()).toEqual({ slowestStatementMs: 0, failedStatements: 0 });
    await expect(strain.release([])).rejects.toThrow('not of interest');
    expect(strain.take().failedStatements).toBe(0);
  });

  it('does not show in a value that the database refuses', async () => {
    const { strain, gate } = setUp();
    gate.reject(Object.assign(new pg.DatabaseError('refused', 0, 'error'), { code: '22021' }));
    await expect(strain.finish([])).rejects.toThrow('refused');
    expect(strain.take().failedStatements).toBe(0);
  });
});
