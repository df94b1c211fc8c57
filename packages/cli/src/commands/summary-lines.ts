// How a target did, for people: "99.95 % up, 99.99 % observed".

import { type Outcome, outcomes, type SummaryResource } from '@everytick/core';
import { counted, formatMoment, formatMs, formatSpan } from '../output/format.ts';
import { paint, paintOutcome } from '../output/paint.ts';

export function summaryLines({ ticks, uptime, coverage, response_time_ms: response }: SummaryResource): string[] {
  if (ticks.expected === 0) return ['Nothing was owed in this time.'];
  const recorded = outcomes.filter((outcome) => ticks[outcome] > 0).map((outcome) => share(outcome, ticks[outcome]));
  if (ticks.pending > 0) recorded.push(`${ticks.pending.toLocaleString('en-US')} pending`);
  return [
    `${uptime === null ? 'not observed' : `${percent(uptime)} up`}${coverage === null ? '' : `, ${percent(coverage)} observed`}`,
    `${counted(ticks.expected, 'tick')}: ${recorded.join(', ')}`,
    ...(response === null
      ? []
      : [
          `response time: p50 ${formatMs(response.p50)}, p90 ${formatMs(response.p90)}, p95 ${formatMs(response.p95)}, ` +
            `p99 ${formatMs(response.p99)}, max ${formatMs(response.max)}`,
        ]),
  ];
}

/** What began to be checked so soon after it had been added has been checked since then. */
const SOON_MS = 60_000;

/** Where the target is younger than the period: since when it has been checked, such as "it was added, 4m 10s ago"; else null. */
export function laterBeginning(
  { from, to, since }: SummaryResource,
  createdAt: string,
  { endsNow }: { readonly endsNow: boolean },
): string | null {
  if (since === null || Date.parse(since) <= Date.parse(from)) return null;
  const ago = endsNow ? `, ${formatSpan(Date.parse(to) - Date.parse(since))} ago` : '';
  const asAdded = Date.parse(since) - Date.parse(createdAt) < SOON_MS;
  return `${asAdded ? 'it was added' : `${formatMoment(since)} UTC`}${ago}`;
}

function share(outcome: Outcome, count: number): string {
  const text = `${count.toLocaleString('en-US')} ${outcome}`;
  return outcome === 'up' ? text : paintOutcome(outcome, text);
}

/** Never rounded up to 100 %: that is said only where nothing is missing. */
function percent(share: number): string {
  const shown = `${(Math.floor(share * 10_000 + 1e-9) / 100).toFixed(2).replace(/\.?0+$/, '')} %`;
  return paint(share === 1 ? 'green' : 'yellow', shown);
}
