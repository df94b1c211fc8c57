// Makes the database what a set declares: all of it in one transaction, or nothing.
//
//   wait for other applies -> read -> compare -> write what differs -> COMMIT
//        ^                                          \-- somebody changed, removed or added one of them meanwhile
//        '---------------------- ROLLBACK, a short pause --------------------'
//
// Applies wait for each other, without keeping a connection meanwhile: their sets are large, and two that write the same
// targets in another order would deadlock.
// Edits by hand and by the API do not wait for an apply, nor it for them, until both want the same row. Each target is
// written only if it is still as it was compared (its version, as in target-edit.sql), so no edit is lost unseen: it is
// either part of what was compared or finds the target as the apply left it.

import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { loadSql } from '../database/sql.ts';
import { inTransaction } from '../database/transaction.ts';
import { EverytickError } from '../domain/error.ts';
import { nameInConflict } from '../targets/target-errors.ts';
import { planOf, refuseImpossible } from './compare.ts';
import type { Plan, PlanOptions } from './plan.ts';
import { readStoredStates } from './stored-targets-of-set.ts';
import type { TargetSet } from './target-set.ts';
import { writePlan } from './write-plan.ts';

const lockSql = loadSql('apply-lock');

/** How often a set is compared again that met edits of its targets. */
const mostAttempts = 10;
const longestPauseMs = 200;
/** How long an apply waits for others to be done. */
const longestWaitMs = 60_000;
const statementTimeoutMs = 30_000;

/**
 * Returns what was done, with the ids of what was added. Throws `target_source_conflict`, `target_name_taken` (a name that
 * is declared twice), `usage`, and `targets_busy` where others keep changing the same targets; nothing is changed then.
 */
export async function applyTargets(pool: pg.Pool, set: TargetSet, options: PlanOptions): Promise<Plan> {
  refuseImpossible(set, options);
  const giveUpAt = performance.now() + longestWaitMs;
  let attempts = 0;
  while (true) {
    const plan = await tryToApply(pool, set, options).catch((error: unknown) => {
      attempts++;
      if (!isOthersDoing(error) || attempts === mostAttempts) throw asBusy(error);
      return null;
    });
    if (plan !== null) return plan;
    if (performance.now() > giveUpAt) {
      throw new EverytickError('targets_busy', 'another apply has been under way for a minute; nothing was changed');
    }
    await delay(Math.random() * longestPauseMs);
  }
}

/** Null while another apply is under way. */
function tryToApply(pool: pg.Pool, set: TargetSet, options: PlanOptions): Promise<Plan | null> {
  return inTransaction(pool, { statementTimeoutMs }, async (client) => {
    const { rows } = await client.query<{ locked: boolean }>(lockSql);
    if (!rows[0]?.locked) return null;
    const stored = await readStoredStates(client, set);
    const plan = await planOf(set, stored, options);
    return withIds(plan, await writePlan(client, plan, stored));
  });
}

function withIds(plan: Plan, added: ReadonlyMap<string, number>): Plan {
  if (added.size === 0) return plan;
  const changes = plan.changes.map((change) => ({ ...change, id: change.id ?? added.get(change.name) ?? null }));
  return { ...plan, changes };
}

/** SQLSTATEs: this transaction was the victim of a deadlock; a statement waited too long for somebody's lock. */
const DEADLOCK = '40P01';
const QUERY_CANCELED = '57014';

/** Whether the same may succeed when it is tried again, on what the others have left. */
function isOthersDoing(error: unknown): boolean {
  if (error instanceof EverytickError) return error.code === 'targets_busy';
  return error instanceof pg.DatabaseError && (error.code === DEADLOCK || nameInConflict(error) !== null);
}

/** What others did to it in their words, anything else as it is. */
function asBusy(error: unknown): unknown {
  const canceled = error instanceof pg.DatabaseError && error.code === QUERY_CANCELED;
  if (error instanceof EverytickError || !(canceled || isOthersDoing(error))) return error;
  const reason = (error as Error).message;
  return new EverytickError('targets_busy', `others keep changing the same targets (${reason}); nothing was changed`, {
    cause: error,
  });
}
