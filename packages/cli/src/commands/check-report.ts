// What one check came to: as a waterfall of its phases for people, as a document for programs.

import {
  type CertificateInfo,
  type CheckResult,
  type Evaluation,
  type FetchResult,
  type Phases,
  redactUrl,
  type Target,
  type TlsInfo,
} from '@everytick/core';
import { ShownText } from '@everytick/worker';
import { counted, formatMoment, formatUs } from '../output/format.ts';
import { paint, paintOutcome } from '../output/paint.ts';
import { outputWidth, printLine, printTable } from '../output/print.ts';

const longestUrl = 8_192;

/** In the order in which they come. */
const phaseNames = {
  dnsWaitUs: 'dns_wait',
  dnsUs: 'dns',
  connectUs: 'connect',
  tlsUs: 'tls',
  requestUs: 'request',
  firstByteUs: 'first_byte',
  downloadUs: 'download',
} as const satisfies Record<keyof Phases, string>;

/** Of a check that was made, or of one that the worker could not make. */
type Verdict = Omit<Evaluation, 'outcome' | 'error'> & Pick<CheckResult, 'outcome' | 'error'>;

export function checkReportJson(target: Target, result: FetchResult, evaluation: Verdict): unknown {
  const phases = Object.entries(phaseNames).map(([key, name]) => [name, result.phases[key as keyof Phases]]);
  return {
    url: redactUrl(target.url),
    final_url: new ShownText(result.secrets).url(result.finalUrl, longestUrl),
    outcome: evaluation.outcome,
    error_code: evaluation.error?.code ?? null,
    error_detail: evaluation.error?.detail ?? null,
    status: result.httpStatus,
    response_time_us: result.responseTimeUs,
    phases_us: Object.fromEntries(phases),
    remote_address: result.remoteAddress,
    protocol: result.protocol,
    redirects: result.redirects,
    body_bytes: result.body?.length ?? null,
    body_truncated: result.bodyTruncated,
    matched: evaluation.matched,
    assertions: evaluation.assertions,
    tls: result.tls === null ? null : tlsJson(result.tls),
  };
}

function tlsJson({ version, cipher, expiresAtMs, chain }: TlsInfo): unknown {
  return {
    version,
    cipher,
    expires_at: isoOf(expiresAtMs),
    chain: (chain ?? []).map((certificate) => ({
      subject: certificate.subject,
      issuer: certificate.issuer,
      names: certificate.names,
      valid_from: isoOf(certificate.validFromMs),
      expires_at: isoOf(certificate.expiresAtMs),
      sha256: certificate.sha256,
    })),
  };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

export function printCheckReport(target: Target, result: FetchResult, evaluation: Evaluation): void {
  const { outcome, error } = evaluation;
  const method = target.options?.method ?? 'GET';
  printLine(`${paintOutcome(outcome)}  ${method} ${redactUrl(target.url)}  ${answerOf(result)}`);
  if (error !== null) printLine(`${paintOutcome(outcome, error.code)}: ${error.detail}`);
  printLine();
  printWaterfall(result);
  if (evaluation.assertions.length > 0) {
    printLine();
    printTable(
      [{ head: '' }, { head: 'EXPECTED' }, { head: '', shrinkTo: 20 }, { head: 'SEEN', shrinkTo: 20 }],
      evaluation.assertions.map(({ ok, kind, expected, seen }) => [
        ok ? paint('green', '✓') : paint('red', '✗'),
        kind,
        expected,
        seen,
      ]),
    );
  }
  if (result.tls !== null) printTls(result.tls);
}

function answerOf(result: FetchResult): string {
  const { httpStatus, protocol, remoteAddress, redirects, finalUrl, body, secrets } = result;
  const parts = [
    httpStatus === null ? 'no response' : `${protocol === 'h2' ? 'HTTP/2' : 'HTTP/1.1'} ${httpStatus}`,
    ...(body === null || httpStatus === null ? [] : [counted(body.length, 'byte')]),
    ...(remoteAddress === null ? [] : [`from ${remoteAddress}`]),
    ...(redirects === 0
      ? []
      : [`after ${counted(redirects, 'redirect')}, at ${new ShownText(secrets).url(finalUrl, longestUrl)}`]),
  ];
  return parts.join(', ');
}

const longestBar = 60;
/** Names of phases, their times, and the gaps between. */
const beforeBar = 24;

function printWaterfall({ phases, responseTimeUs }: FetchResult): void {
  const spent = Object.entries(phaseNames).flatMap(([key, name]) => {
    const us = phases[key as keyof Phases];
    // A wait that did not happen is no news.
    return us === null || (name === 'dns_wait' && us < 1_000) ? [] : [{ name, us }];
  });
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
  printLine(`${'total'.padEnd(10)}  ${formatUs(responseTimeUs).padStart(9)}`);
}

function printTls({ version, cipher, chain = [] }: TlsInfo): void {
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
    chain.map((certificate) => [
      certificate.subject || '(no subject)',
      certificate.names.join(', '),
      certificate.issuer,
      certificate.expiresAtMs === null ? 'unreadable' : formatMoment(new Date(certificate.expiresAtMs)),
      remaining(certificate),
    ]),
  );
}

function remaining({ expiresAtMs }: CertificateInfo): string {
  if (expiresAtMs === null) return '';
  const days = Math.floor((expiresAtMs - Date.now()) / 86_400_000);
  return days < 0 ? paint('red', 'expired') : `in ${counted(days, 'day')}`;
}
