// From Uptime Kuma's database to targets: one for each monitor over HTTP. What is left out is told by name, and what is so of
// all monitors alike once.

import { noteBodyLimit } from '../body-limit.ts';
import { CheckDraft } from '../check-draft.ts';
import { type Imported, type ImportedTarget, ImportReport } from '../imported.ts';
import { SecretReferences } from '../secret-references.ts';
import { withoutUrlSecrets } from '../source-text.ts';
import { reportUnknownOptions } from '../unknown-options.ts';
import { urlWithoutSecrets } from '../url-secrets.ts';
import { noteBesideMonitors } from './beside-monitors.ts';
import { Monitor, type MonitorReading } from './monitor.ts';
import { addAuth } from './monitor-auth.ts';
import { columnsOfOtherTypes, columnsToldEach, columnsToldOnce, httpTypes } from './monitor-columns.ts';
import { addConnection } from './monitor-connection.ts';
import { familyOf, labelsOf } from './monitor-labels.ts';
import { addRequest, addTiming } from './monitor-request.ts';
import { addExpectations } from './monitor-response.ts';
import type { KumaSource, Row } from './read-kuma.ts';

export function importKuma(source: KumaSource): Imported {
  const report = new ImportReport();
  const secrets = new SecretReferences(report);
  const targets = source.monitors.flatMap((row) => targetsOf(row, source, report, secrets));
  if (targets.length > 0) noteColumns(source, report);
  noteBodyLimit(targets, `${source.file}: monitor`, report);
  noteBesideMonitors(source, report);
  return { targets, notes: report.notes };
}

function targetsOf(row: Row, source: KumaSource, report: ImportReport, secrets: SecretReferences): ImportedTarget[] {
  const monitor = new Monitor(source, row, report);
  if (!httpTypes.has(monitor.type)) {
    noteOtherType(monitor, report);
    return [];
  }
  const draft = new CheckDraft();
  const reading = { monitor, draft, report, secrets, source };
  const url = addUrl(reading);
  addTiming(reading);
  addRequest(reading);
  addAuth(reading);
  addConnection(reading);
  addExpectations(reading);
  if (monitor.flag('upside_down')) draft.hinder('upside_down: a check cannot want its target to be down');
  noteOthers(reading);
  if (draft.hindrance !== null) {
    report.leftOut(monitor.where, shownMonitor(monitor), draft.hindrance);
    return [];
  }
  const { group, paused } = familyOf(row, source);
  const labels = labelsOf(monitor, source, report);
  const document = {
    url,
    ...(group === null ? {} : { group }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...draft.fields,
  };
  const isPaused = paused || monitor.text('active') === '0';
  return [{ where: monitor.where, name: monitor.name, document, ...(isPaused ? { paused: true } : {}) }];
}

/** A user in the URL goes before a header, as it does with Uptime Kuma's client. */
function addUrl({ monitor, draft, report, secrets }: MonitorReading): string {
  const context = { where: monitor.whereOf('url'), target: monitor.name, report, secrets };
  const { url, basic, authorization } = urlWithoutSecrets(monitor.text('url') ?? '', context);
  if (basic !== undefined) draft.set('auth', { basic });
  if (authorization !== undefined) draft.setHeader('Authorization', authorization);
  return url;
}

function noteOtherType(monitor: Monitor, report: ImportReport): void {
  const why =
    monitor.type === 'group'
      ? 'a group has no state of its own; its members have its name as their group'
      : `a monitor of type ${monitor.type}: Everytick checks http and https alone`;
  report.leftOut(monitor.where, shownMonitor(monitor), why);
}

function shownMonitor(monitor: Monitor): string {
  const at = monitor.text('hostname') ?? monitor.text('url') ?? '';
  const port = monitor.text('hostname') === undefined ? undefined : monitor.text('port');
  const place = `${withoutUrlSecrets(at)}${port === undefined ? '' : `:${port}`}`;
  return `${monitor.type}: ${monitor.name}${/^(https?:\/\/)?$/.test(place) ? '' : ` (${place})`}`;
}

/** What no other part has looked at. */
function noteOthers({ monitor, report, source }: MonitorReading): void {
  for (const [column, why] of Object.entries(columnsToldEach)) {
    const value = monitor.text(column);
    if (value !== undefined && value !== '0') monitor.leftOut(column, why);
  }
  const dismissed = ['id', 'type', 'name', 'parent', 'active', ...Object.keys(columnsToldOnce), ...columnsOfOtherTypes];
  // Each type has its own of these; the form keeps what was there before.
  dismissed.push(
    'keyword',
    'invert_keyword',
    'json_path',
    'json_path_operator',
    'expected_value',
    'http_body_encoding',
  );
  dismissed.push('description', 'upside_down', 'auth_method', 'oauth_auth_method', 'ignore_tls');
  for (const column of dismissed) monitor.source.get(column)?.dismiss();
  monitor.dismissDefaults(source.monitorDefaults);
  reportUnknownOptions(monitor.source, report, () => monitor.name);
}

function noteColumns({ file, monitors, monitorDefaults }: KumaSource, report: ImportReport): void {
  const watched = monitors.filter((monitor) => httpTypes.has(String(monitor['type'])));
  for (const [column, why] of Object.entries(columnsToldOnce)) {
    if (!monitorDefaults.has(column)) continue;
    const on = watched.filter((monitor) => ![null, undefined, 0, '0', ''].includes(monitor[column] as null)).length;
    if (on > 0) report.leftOut(`${file}: monitor`, `${column} (of ${on} ${on === 1 ? 'monitor' : 'monitors'})`, why);
  }
  const agents = "requests carry Everytick's own User-Agent, and 'Accept: */*' where a monitor does not say another";
  report.changed(`${file}: monitor`, 'User-Agent and Accept', agents);
  const cookies = 'a cookie that a redirect sets is not sent with the next request of the check; Uptime Kuma sends it';
  report.changed(`${file}: monitor`, 'cookies', cookies);
}
