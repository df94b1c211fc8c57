// What one check came to, as a waterfall of its phases for people.

import type { CheckReport } from '@everytick/core';
import { counted, formatMoment, formatUs } from '../output/format.ts';
import { paint, paintOutcome } from '../output/paint.ts';
import { outputWidth, printLine, printTable } from '../output/print.ts';

export function printCheckReport(method: string, report: CheckReport): void {
  const { outcome, error_code, error_detail, assertions, tls } = report;
  printLine(`${paintOutcome(outcome)}  ${method} ${report.url}  ${answerOf(report)}`);
  if (error_code !== null) printLine(`${paintOutcome(outcome, error_code)}: ${error_detail ?? ''}`);
  printLine();
  printWaterfall(report);
  if (assertions.length > 0) {
    printLine();
    printTable(
      [{ head: '' }, { head: 'EXPECTED' }, { head: '', shrinkTo: 20 }, { head: 'SEEN', shrinkTo: 20 }],
      assertions.map(({ ok, kind, expected, seen }) => [
        ok ? paint('green', '✓') : paint('red', '✗'),
        kind,
        expected,
        seen,
      ]),
    );
  }
  if (tls !== null) printTls(tls);
}

function answerOf({ status, protocol, remote_address, redirects, final_url, body_bytes }: CheckReport): string {
  const parts = [
    status === null ? 'no response' : `${protocol === 'h2' ? 'HTTP/2' : 'HTTP/1.1'} ${status}`,
    ...(body_bytes === null || status === null ? [] : [counted(body_bytes, 'byte')]),
    ...(remote_address === null ? [] : [`from ${remote_address}`]),
    ...(redirects === 0 ? [] : [`after ${counted(redirects, 'redirect')}, at ${final_url}`]),
  ];
  return parts.join(', ');
}

const longestBar = 60;
/** Names of phases, their times, and the gaps between. */
const beforeBar = 24;

function printWaterfall({ phases_us, response_time_us }: CheckReport): void {
  const spent = Object.entries(phases_us).flatMap(([name, us]) =>
    // A wait that did not happen is no news.
    us === null || (name === 'dns_wait' && us < 1_000) ? [] : [{ name, us }],
  );
  const total = spent.reduce((sum, { us }) => sum + us, 0);
  const width = Math.max(10, Math.min(longestBar, outputWidth() - beforeBar));
  let begins = 0;
  for (const { name, us } of spent) {
    const from = Math.round((begins / Math.max(total, 1)) * width);
    begins += us;
    const to = Math.round((begins / Math.max(total, 1)) * width);
    const bar = to > from ? '█'.repeat(to - from) : '▏';
    printLine(`${name.padEnd(10)}  ${formatUs(us).padStart(9)}  ${' '.repeat(from)}${paint('cyan', bar)}`);
  }
  printLine(`${'total'.padEnd(10)}  ${formatUs(response_time_us).padStart(9)}`);
}

type Tls = NonNullable<CheckReport['tls']>;

function printTls({ version, cipher, chain }: Tls): void {
  printLine();
  printLine(`${version}, ${cipher}`);
  if (chain.length === 0) return;
  printTable(
    [
      { head: 'CERTIFICATE', shrinkTo: 20 },
      { head: 'NAMES', shrinkTo: 16, dispensable: 1 },
      { head: 'ISSUED BY', shrinkTo: 16, dispensable: 2 },
      { head: 'EXPIRES (UTC)' },
      { head: '' },
    ],
    chain.map(({ subject, names, issuer, expires_at }) => [
      subject || '(no subject)',
      names.join(', '),
      issuer,
      expires_at === null ? 'unreadable' : formatMoment(expires_at),
      remaining(expires_at),
    ]),
  );
}

function remaining(expiresAt: string | null): string {
  if (expiresAt === null) return '';
  const days = Math.floor((Date.parse(expiresAt) - Date.now()) / 86_400_000);
  return days < 0 ? paint('red', 'expired') : `in ${counted(days, 'day')}`;
}
