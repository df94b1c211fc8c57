// What one check came to, as a document for programs: of `everytick check --json`, and of checks that somebody asked for.

import {
  type CheckReport,
  type CheckResult,
  type Evaluation,
  type FetchResult,
  type Phases,
  redactUrl,
  type Target,
  type TlsInfo,
} from '@everytick/core';
import { ShownText } from '../evaluate/shown-text.ts';

const longestUrl = 8_192;

/** Phases by the names that people see, in the order in which they come. */
export const phaseNames = {
  dnsWaitUs: 'dns_wait',
  dnsUs: 'dns',
  connectUs: 'connect',
  tlsUs: 'tls',
  requestUs: 'request',
  firstByteUs: 'first_byte',
  downloadUs: 'download',
} as const satisfies Record<keyof Phases, string>;

/** Of a check that was made, or of one that the worker could not make. */
export type Verdict = Omit<Evaluation, 'outcome' | 'error'> & Pick<CheckResult, 'outcome' | 'error'>;

export function checkReportJson(target: Target, result: FetchResult, evaluation: Verdict): CheckReport {
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
    assertions: [...evaluation.assertions],
    tls: result.tls === null ? null : tlsJson(result.tls),
  };
}

function tlsJson({ version, cipher, expiresAtMs, chain }: TlsInfo): CheckReport['tls'] {
  return {
    version,
    cipher,
    expires_at: isoOf(expiresAtMs),
    chain: (chain ?? []).map((certificate) => ({
      subject: certificate.subject,
      issuer: certificate.issuer,
      names: [...certificate.names],
      valid_from: isoOf(certificate.validFromMs),
      expires_at: isoOf(certificate.expiresAtMs),
      sha256: certificate.sha256,
    })),
  };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
