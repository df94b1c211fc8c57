// How a target did, for people: "99.95 % up, 99.99 % observed".

import { type Outcome, outcomes, type SummaryResource } from '@everytick/core';
import { counted, formatMs } from '../output/format.ts';
import { paint, paintOutcome } from '../output/paint.ts';

export function summaryLines({ ticks, uptime, coverage, response_time_ms: response }: SummaryResource): string[] {
  if (ticks.expected === 0) return ['Nothing was owed in this time.'];
  const recorded = outcomes.filter((outcome) => ticks[outcome] > 0).map((outcome) => share(outcome, ticks[outcome]));
  return [
    `${uptime === null ? 'not observed' : `${percent(uptime)} up`}${coverage === null ? '' : `, ${percent(coverage)} observed`}`,
    `${counted(ticks.expected, 'tick')}: ${recorded.join(', ') || 'none recorded yet'}`,
    ...(response === null
      ? []
      : [
          `response time: ${formatMs(response.p50)} (half of them), ${formatMs(response.p90)} (90 %), ` +
            `${formatMs(response.p95)} (95 %), ${formatMs(response.p99)} (99 %), ${formatMs(response.max)} (all)`,
        ]),
  ];
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
