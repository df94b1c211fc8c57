// What `up` says where there is no terminal: lines that a log collector can keep.

import type { Outcome } from '@everytick/core';
import { formatError, formatMs, formatUs } from '../output/format.ts';
import type { Change, Scoreboard } from './scoreboard.ts';

/** `shop: up -> down (connect_refused: ...), 503, 12.0 ms` */
export function changeLine({ row, from, result }: Change): string {
  const outcome = from === null ? result.outcome : `${from} -> ${result.outcome}`;
  const error = result.errorCode === null ? '' : ` (${formatError(result.errorCode, result.errorDetail)})`;
  const status = result.httpStatus === null ? '' : `, status ${result.httpStatus}`;
  const time = result.responseTimeUs === null ? '' : `, ${formatUs(result.responseTimeUs)}`;
  return `${row.target.name}: ${outcome}${error}${status}${time}`;
}

/** `25 checks, 4.8/s, lateness p50 1.2 ms p99 4.0 ms; ticks: up 20, down 5, missed 0` */
export function progressLine(board: Scoreboard, nowMs: number): string {
  const lateness = board.lateness();
  const late = lateness === null ? '' : `, lateness p50 ${formatMs(lateness.p50)} p99 ${formatMs(lateness.p99)}`;
  return `${board.checks} checks, ${board.checksPerSecond(nowMs).toFixed(1)}/s${late}; ticks: ${totalsText(board.totals())}`;
}

/** `up 20, down 5, missed 0`; `degraded` and `skipped` only where there were some. */
export function totalsText(totals: Readonly<Record<Outcome, number>>): string {
  return (['up', 'degraded', 'down', 'missed', 'skipped'] as const)
    .filter((outcome) => totals[outcome] > 0 || outcome === 'up' || outcome === 'down' || outcome === 'missed')
    .map((outcome) => `${outcome} ${totals[outcome]}`)
    .join(', ');
}
