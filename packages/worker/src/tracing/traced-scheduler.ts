// A WorkScheduler that passes everything on to another one, each claim, commit and release in a trace of its own, with the
// statements it takes as children. Made only where spans are.

import {
  type CheckResult,
  type Claim,
  type ClaimedCheck,
  type FinishReport,
  inOwnTrace,
  type UnclaimedReason,
  type WorkScheduler,
} from '@everytick/core';
import { rememberClaim, spanOf } from './batch-links.ts';

/** Links of a commit to its checks. A batch may hold more of them: those are told by their number alone. */
const MOST_LINKS = 100;

export class TracedScheduler implements WorkScheduler {
  readonly #scheduler: WorkScheduler;
  readonly #location: string;

  constructor(scheduler: WorkScheduler, location: string) {
    this.#scheduler = scheduler;
    this.#location = location;
  }

  claim(limit: number, unclaimedBecause?: UnclaimedReason | null): Promise<Claim> {
    return inOwnTrace('claim', async (span) => {
      span?.setAttributes({ 'everytick.location': this.#location, 'everytick.claim.limit': limit });
      const claim = await this.#scheduler.claim(limit, unclaimedBecause);
      if (span !== null) {
        const { checks, ticksMissed } = claim;
        span.setAttributes({ 'everytick.claim.checks': checks.length, 'everytick.claim.ticks_missed': ticksMissed });
        for (const check of checks) rememberClaim(check, span.spanContext());
      }
      return claim;
    });
  }

  finish(results: readonly CheckResult[]): Promise<FinishReport> {
    return inOwnTrace('commit', async (span) => {
      if (span === null) return this.#scheduler.finish(results);
      span.setAttributes({ 'everytick.location': this.#location, 'everytick.commit.results': results.length });
      let links = 0;
      for (const { check } of results) {
        const linked = spanOf(check);
        if (linked === undefined) continue;
        span.addLink({ context: linked });
        if (++links === MOST_LINKS) break;
      }
      const report = await this.#scheduler.finish(results);
      span.setAttributes({
        'everytick.commit.recorded': report.recorded,
        'everytick.commit.repeated': report.repeated,
        'everytick.commit.lost': report.lost,
      });
      return report;
    });
  }

  release(checks: readonly ClaimedCheck[]): ReturnType<WorkScheduler['release']> {
    return inOwnTrace('release', (span) => {
      span?.setAttributes({ 'everytick.location': this.#location, 'everytick.release.checks': checks.length });
      return this.#scheduler.release(checks);
    });
  }
}
