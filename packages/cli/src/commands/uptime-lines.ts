// Uptime for people: "99.95 % up, 99.99 % observed".

import type { UptimeResource } from '@everytick/core';
import { counted, formatMoment, formatMs, formatSpan } from '../output/format.ts';
import { paint } from '../output/paint.ts';

export function uptimeLines(uptime: UptimeResource): string[] {
  const { duration_ms: ms, ticks, response_time_ms: response } = uptime;
  if (Object.values(ms).every((each) => each === 0)) return ['Nothing is known of this time.'];
  const spans = [
    ...(['up', 'degraded', 'down', 'unobserved', 'skipped'] as const)
      .filter((state) => ms[state] > 0)
      .map((state) => `${formatSpan(ms[state])} ${state}`),
  ];
  const all = Object.values(ticks).reduce((sum, each) => sum + each, 0);
  return [
    `${uptime.uptime === null ? 'not observed' : `${formatShare(uptime.uptime)} up`}${uptime.coverage === null ? '' : `, ${formatShare(uptime.coverage)} observed`}`,
    `${spans.join(', ')}; ${counted(all, 'tick')}`,
    ...(response === null
      ? []
      : [
          `response time: mean ${formatMs(response.mean)}, p50 ${formatMs(response.p50)}, p90 ${formatMs(response.p90)}, ` +
            `p95 ${formatMs(response.p95)}, p99 ${formatMs(response.p99)}, max ${formatMs(response.max)}`,
        ]),
    ...(beginsLater(uptime) ? [`data begin at ${formatMoment(uptime.since ?? '')} UTC`] : []),
  ];
}

/** Whether there are no data of the beginning of its period. */
export function beginsLater({ since, from }: UptimeResource): boolean {
  return since !== null && Date.parse(since) > Date.parse(from);
}

/**
 * A share in per cent, with two digits, or with as many as it takes to tell it from 100 %: that is said only where nothing is
 * missing. Never rounded up.
 */
export function formatShare(share: number | null): string {
  if (share === null) return '-';
  const shown = percent(share);
  return paint(share === 1 ? 'green' : 'yellow', shown);
}

function percent(share: number): string {
  if (share >= 1) return '100 %';
  for (let digits = 2; digits <= 8; digits++) {
    const scale = 10 ** digits;
    const floored = Math.floor(share * 100 * scale + 1e-6) / scale;
    // 99.99 says less than 99.997: one digit that is no nine.
    if (floored < 100 && !/^99\.9+$/.test(floored.toFixed(digits)))
      return `${floored.toFixed(digits).replace(/\.?0+$/, '')} %`;
    if (floored < 100 && digits >= 4) return `${floored.toFixed(digits)} %`;
  }
  return '99.99999999 %';
}
