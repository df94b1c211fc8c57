// What a run of `up` has seen so far: the state behind the live table and the log lines.

import type { FollowedResult, ListedTarget, Outcome } from '@everytick/core';

export interface Row {
  target: ListedTarget;
  last: FollowedResult | null;
  readonly counts: Record<Outcome, number>;
  /** The newest outcomes, oldest first. */
  readonly history: Outcome[];
}

/** A target whose outcome is another one than at its check before. */
export interface Change {
  readonly row: Row;
  readonly from: Outcome | null;
  readonly result: FollowedResult;
}

const longestHistory = 60;
const latenessSamples = 5_000;
const rateWindowMs = 10_000;

export class Scoreboard {
  readonly rows = new Map<number, Row>();
  readonly #startMs: number;
  readonly #latenesses: number[] = [];
  /** When the checks of the last seconds began, oldest first. */
  readonly #starts: number[] = [];
  #checks = 0;

  constructor(start: Date) {
    this.#startMs = start.getTime();
  }

  /** Shows these targets from now on, and keeps what is known of them. */
  show(targets: readonly ListedTarget[]): void {
    const ids = new Set(targets.map((target) => target.id));
    for (const id of this.rows.keys()) if (!ids.has(id)) this.rows.delete(id);
    for (const target of targets) {
      const row = this.rows.get(target.id);
      if (row) row.target = target;
      else this.rows.set(target.id, { target, last: null, counts: noOutcomes(), history: [] });
    }
  }

  /** Takes new results in, and tells which of them changed a target's outcome. */
  add(results: readonly FollowedResult[]): Change[] {
    const changes: Change[] = [];
    for (const result of results) {
      this.#measure(result);
      const row = this.rows.get(result.targetId);
      if (row === undefined) continue;
      const from = row.last?.outcome ?? null;
      row.counts[result.outcome] += result.ticks;
      for (let tick = 0; tick < Math.min(result.ticks, longestHistory); tick++) row.history.push(result.outcome);
      row.history.splice(0, Math.max(0, row.history.length - longestHistory));
      if (row.last !== null && row.last.scheduledAt > result.scheduledAt) continue;
      row.last = result;
      if (from !== result.outcome) changes.push({ row, from, result });
    }
    return changes;
  }

  /** Ticks by outcome, of all targets. */
  totals(): Record<Outcome, number> {
    const totals = noOutcomes();
    for (const { counts } of this.rows.values()) {
      for (const outcome of Object.keys(totals) as Outcome[]) totals[outcome] += counts[outcome];
    }
    return totals;
  }

  /** Checks carried out so far. */
  get checks(): number {
    return this.#checks;
  }

  /** Over the last ten seconds before a moment. */
  checksPerSecond(nowMs: number): number {
    const windowMs = Math.min(rateWindowMs, Math.max(1_000, nowMs - this.#startMs));
    while (this.#starts[0] !== undefined && this.#starts[0] <= nowMs - windowMs) this.#starts.shift();
    return this.#starts.length / (windowMs / 1_000);
  }

  /** Of the newest some thousand checks; null before the first. */
  lateness(): { readonly p50: number; readonly p99: number } | null {
    if (this.#latenesses.length === 0) return null;
    const sorted = Float64Array.from(this.#latenesses).sort();
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  }

  #measure({ startedAt, latenessMs }: FollowedResult): void {
    if (startedAt === null || latenessMs === null) return;
    this.#latenesses[this.#checks % latenessSamples] = latenessMs;
    this.#starts.push(startedAt.getTime());
    this.#checks++;
  }
}

function noOutcomes(): Record<Outcome, number> {
  return { up: 0, degraded: 0, down: 0, missed: 0, skipped: 0 };
}
