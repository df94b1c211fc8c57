// The series of each target: under the names, help texts and with the meaning of blackbox_exporter's HTTP prober, so that what
// people have built on that one works unchanged. README.md says what is not there, and why.

import { outcomes } from '@everytick/core';
import { column, type TargetRow } from './target-row.ts';

export interface Sample {
  /** What follows the target's labels: a label of its own, if it has one, and the closing brace. */
  readonly end: string;
  /** As it is to be written; null where the target has no such series now. */
  readonly value: (row: TargetRow) => string | null;
}

/** All series of one name, gauges all of them. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const END = '} ';

export const families: readonly Family[] = [
  ofProbe('probe_success', 'Displays whether or not the probe was a success', (row) =>
    row[column.outcome] === 'down' ? '0' : '1',
  ),
  ofProbe('probe_duration_seconds', 'Returns how long the probe took to complete in seconds', (row) =>
    seconds(row[column.responseTime]),
  ),
  ofProbe('probe_http_status_code', 'Response HTTP status code', (row) => row[column.status] ?? '0'),
  {
    name: 'probe_http_duration_seconds',
    help: 'Duration of http request by phase, summed over all redirects',
    // A phase that was not reached, or not needed, is 0 and not absent.
    samples: [
      phase('resolve', column.dns),
      phase('connect', column.connect),
      phase('tls', column.tls),
      phase('processing', column.processing),
      phase('transfer', column.download),
    ],
  },
  ofProbe('probe_dns_lookup_time_seconds', 'Returns the time taken for probe dns lookup in seconds', (row) =>
    seconds(row[column.dns]),
  ),
  ofProbe(
    'probe_ip_protocol',
    'Specifies whether probe ip protocol is IP4 or IP6',
    (row) => row[column.ipFamily] ?? '0',
  ),
  ofProbe('probe_http_ssl', 'Indicates if SSL was used for the final redirect', (row) => (usedTls(row) ? '1' : '0')),
  ofProbe(
    'probe_ssl_earliest_cert_expiry',
    'Returns last SSL chain expiry in unixtime',
    (row) => row[column.certificateExpiresAt] ?? null,
  ),
  ofProbe('probe_http_version', 'Returns the version of HTTP of the probe response', (row) =>
    !hasResponse(row) ? '0' : row[column.protocol] === 'h2' ? '2' : '1.1',
  ),
  ofProbe('probe_http_redirects', 'The number of redirects', (row) => row[column.redirects] ?? '0'),
  ofProbe(
    'probe_http_uncompressed_body_length',
    'Length of uncompressed response body',
    (row) => row[column.bodyBytes] ?? '0',
  ),
  ofProbe('probe_failed_due_to_regex', 'Indicates if probe failed due to regex', (row) =>
    row[column.errorCode] === 'body_mismatch' || row[column.errorCode] === 'header_mismatch' ? '1' : '0',
  ),
  ofProbe(
    'everytick_target_last_check_timestamp_seconds',
    'When the check began that these series are of, in seconds since 1970.',
    (row) => row[column.startedAt] ?? null,
  ),
  {
    name: 'everytick_target_outcome',
    help: '1 for the outcome of the newest tick: up, degraded, down, missed (nobody ran it) or skipped (maintenance).',
    samples: outcomes.map((outcome) => ({
      end: `,outcome="${outcome}"} `,
      value: (row) => (row[column.newestOutcome] === outcome ? '1' : null),
    })),
  },
];

/** How many lines a target has at most. */
export const linesOfTarget = families.reduce(
  (sum, { name, samples }) => sum + (name === 'everytick_target_outcome' ? 1 : samples.length),
  0,
);

/** Of the newest result that was carried out: nothing where the last ticks were not. */
function ofProbe(name: string, help: string, value: Sample['value']): Family {
  return { name, help, samples: [{ end: END, value: (row) => (wasCarriedOut(row) ? value(row) : null) }] };
}

function phase(name: string, duration: number): Sample {
  return { end: `,phase="${name}"} `, value: (row) => (wasCarriedOut(row) ? seconds(row[duration]) : null) };
}

function wasCarriedOut(row: TargetRow): boolean {
  return row[column.outcome] !== null;
}

function hasResponse(row: TargetRow): boolean {
  return row[column.status] !== null;
}

/** The ledger says whether the last connection was secured by its certificate; of one that cannot be read, by the handshake. */
function usedTls(row: TargetRow): boolean {
  if (!hasResponse(row)) return false;
  return row[column.certificateExpiresAt] !== null || (row[column.tls] !== null && row[column.redirects] === '0');
}

/** The point moved by six digits: without a number in between, for there are 80,000 of these in an answer. */
function seconds(microseconds: string | null | undefined): string {
  if (microseconds == null) return '0';
  const point = microseconds.length - 6;
  return point > 0
    ? `${microseconds.slice(0, point)}.${microseconds.slice(point)}`
    : `0.${microseconds.padStart(6, '0')}`;
}
