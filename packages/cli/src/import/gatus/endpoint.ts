// One endpoint of Gatus: a target, where it is checked over HTTP.

import { formatDuration } from '@everytick/core';
import type { ImportedTarget, ImportReport } from '../imported.ts';
import type { SecretReferences } from '../secret-references.ts';
import { keyOf, shownValue } from '../source-text.ts';
import type { SourceValue } from '../source-value.ts';
import { clientFields, clientTimeoutMs } from './client-options.ts';
import { expectationsOf } from './conditions.ts';
import type { EndpointContext } from './endpoint-context.ts';
import { goDurationMs } from './go-values.ts';
import { requestFields, shownUrl } from './request.ts';

/** Null for what is not checked over HTTP. */
export function importEndpoint(
  endpoint: SourceValue,
  report: ImportReport,
  secrets: SecretReferences,
): ImportedTarget | null {
  const name = endpoint.get('name')?.text ?? '';
  const url = endpoint.get('url');
  const problem = problemOf(endpoint, name, url);
  if (problem !== null || url === undefined) {
    const given = url === undefined ? shownValue(endpoint, 'endpoint') : shownUrl(url);
    endpoint.dismiss();
    report.leftOut(endpoint.where, `${name || 'an endpoint'} (${given})`, problem ?? 'there is no URL');
    return null;
  }
  const intervalMs = wholeInterval(endpoint, report, name);
  const client = endpoint.get('client');
  const timeoutMs = fittingTimeout(client, intervalMs, report, name);
  const context: EndpointContext = { name, where: endpoint.where, timeoutMs, report, secrets };
  const { auth, ...options } = clientFields(client, context);
  const request = requestFields(endpoint, url, auth, context);
  const expect = expectationsOf(endpoint.get('conditions'), context);
  reportRest(endpoint, context);
  const labels = Object.fromEntries(
    (endpoint.get('extra-labels')?.entries ?? []).map(([key, value]) => [key, value.text ?? '']),
  );
  const group = endpoint.get('group')?.text;
  if (expect === null || auth === null) return null;
  return {
    where: endpoint.where,
    name,
    ...(endpoint.get('enabled')?.truth === false ? { paused: true } : {}),
    document: {
      ...(group === undefined || group === '' ? {} : { group }),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      every: formatDuration(intervalMs),
      timeout: formatDuration(timeoutMs),
      ...request,
      ...options,
      ...(auth === undefined ? {} : { auth }),
      ...(Object.keys(expect).length === 0 ? {} : { expect }),
    },
  };
}

const otherSchemes: Readonly<Record<string, string>> = {
  tcp: 'TCP alone',
  udp: 'UDP',
  sctp: 'SCTP',
  icmp: 'ICMP (ping)',
  starttls: 'SMTP with STARTTLS',
  tls: 'TLS alone',
  grpc: 'gRPC',
  grpcs: 'gRPC',
  ws: 'WebSocket',
  wss: 'WebSocket',
  ssh: 'SSH',
};

function problemOf(endpoint: SourceValue, name: string, url: SourceValue | undefined): string | null {
  if (endpoint.content.kind !== 'mapping') return 'it is no endpoint';
  if (endpoint.get('dns') !== undefined) return 'there are no checks over DNS; Everytick checks over HTTP';
  if (name === '') return 'it has no name';
  const conditions = endpoint.get('conditions');
  if (conditions !== undefined && conditions.content.kind !== 'list') return 'its conditions are no list';
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//.exec(url?.text ?? '')?.[1];
  const other = scheme === undefined ? undefined : otherSchemes[scheme];
  return other === undefined ? null : `there are no checks over ${other}; Everytick checks over HTTP`;
}

const [shortestMs, longestMs] = [1_000, 86_400_000];

/** Milliseconds, a whole number of seconds. */
function wholeInterval(endpoint: SourceValue, report: ImportReport, name: string): number {
  const given = endpoint.get('interval');
  if (given === undefined) return 60_000;
  const ms = goDurationMs(given.text ?? '');
  const wanted = ms === null || ms <= 0 ? 60_000 : Math.ceil(ms / 1_000) * 1_000;
  const fitting = Math.min(Math.max(wanted, shortestMs), longestMs);
  if (fitting !== ms) {
    const why = ms === null ? 'it is no duration that can be read here' : 'intervals are whole seconds, from 1s to 1d';
    report.changed(given.where, shownValue(given, 'interval'), `${why}; ${formatDuration(fitting)} is taken`, name);
  }
  return fitting;
}

/** What a result needs to be stored before the next check begins. */
const reportingMs = 200;

function fittingTimeout(
  client: SourceValue | undefined,
  intervalMs: number,
  report: ImportReport,
  name: string,
): number {
  const wanted = Math.round(clientTimeoutMs(client, { report, name }));
  const fitting = Math.max(100, Math.min(wanted, intervalMs - reportingMs, 120_000));
  const given = client?.get('timeout');
  if (fitting !== wanted) {
    const why = `a check has to be over before the next one begins, and takes 100ms to 120s; the timeout is ${formatDuration(fitting)}`;
    const where = given ?? client;
    report.changed(
      where?.where ?? '',
      given === undefined ? 'timeout: 10s, the default' : shownValue(given, 'timeout'),
      why,
      name,
    );
  }
  return fitting;
}

const notThere: Readonly<Record<string, string>> = {
  'maintenance-windows':
    "windows that come again are not known; 'everytick maintenance' makes single ones, and pausing a target stops its checks",
  ssh: 'it is for SSH alone',
  store: 'it is for suites alone, which Everytick has not',
  'always-run': 'it is for suites alone, which Everytick has not',
};

function reportRest(endpoint: SourceValue, { report, name }: EndpointContext): void {
  for (const [key, why] of Object.entries(notThere)) {
    const value = endpoint.get(key);
    if (value === undefined || value.truth === false) continue;
    value.dismiss();
    report.leftOut(value.where, shownValue(value, keyOf(value)), why, name);
  }
  for (const [key, value] of endpoint.get('ui')?.entries ?? []) {
    value.dismiss();
    report.leftOut(value.where, `ui.${key}`, "it is about Gatus's own pages; Everytick has none of them");
  }
  for (const alert of endpoint.get('alerts')?.items ?? []) reportAlert(alert, report);
}

/** The same for each kind of alert, so that the report has one line of it. */
export function reportAlert(alert: SourceValue, report: ImportReport): void {
  const type = alert.get('type')?.text ?? 'an alert';
  alert.dismiss();
  report.leftOut(alert.where, `alert: ${type}`, 'Everytick sends no alerts itself; Prometheus alerts on its metrics');
}
