// What a monitor sends: method, headers, body, and how long and how often.

import { formatDuration } from '@everytick/core';
import { sentBody } from '../sent-body.ts';
import { soundsSecret } from '../source-text.ts';
import type { MonitorReading } from './monitor.ts';

const contentTypes: Readonly<Record<string, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  xml: 'text/xml; charset=utf-8',
};

export function addRequest(reading: MonitorReading): void {
  const { monitor, draft } = reading;
  const method = (monitor.text('method') ?? 'GET').toUpperCase();
  const body = monitor.text('body')?.trim();
  if (method !== 'GET' || body !== undefined) draft.set('method', method);
  addBody(reading, body);
  addHeaders(reading);
}

function addBody({ monitor, draft, secrets }: MonitorReading, body: string | undefined): void {
  const encoding = monitor.text('http_body_encoding') ?? 'json';
  if (body === undefined || body === '') return;
  const type = contentTypes[encoding];
  if (type === undefined) {
    // Uptime Kuma sends nothing then.
    monitor.leftOut('body', `not sent, as '${encoding}' is no encoding that Uptime Kuma knows`);
    return;
  }
  let sent = body;
  if (encoding === 'json') {
    try {
      sent = JSON.stringify(JSON.parse(body));
    } catch {
      monitor.changed('body', 'is no JSON, with which Uptime Kuma fails; it is sent as it stands');
    }
  }
  draft.setHeader('Content-Type', type);
  draft.set('body', sentBody(sent, secrets, [monitor.name, 'body'], monitor.whereOf('body'), monitor.name));
}

function addHeaders({ monitor, draft, report, secrets }: MonitorReading): void {
  const text = monitor.text('headers');
  if (text === undefined || text.trim() === '') return;
  let headers: unknown;
  try {
    headers = JSON.parse(text);
  } catch {
    monitor.leftOut('headers', 'is no JSON, with which Uptime Kuma fails');
    return;
  }
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    monitor.leftOut('headers', 'is no JSON object of names and values');
    return;
  }
  const urlSaysWho = draft.field('auth') !== undefined || draft.header('authorization') !== undefined;
  for (const [name, value] of Object.entries(headers)) {
    const given = Array.isArray(value) ? value.join(', ') : String(value);
    const where = monitor.whereOf('headers');
    if (urlSaysWho && name.toLowerCase() === 'authorization') {
      const why = 'without effect: the user in the URL says who asks, which goes before the header';
      report.leftOut(where, 'the header Authorization', why, monitor.name);
      continue;
    }
    const isSecret = soundsSecret(name) && given !== '';
    const reference = () => secrets.reference(given, [monitor.name, name], where, `the header ${name}`, monitor.name);
    draft.setHeader(name, isSecret ? reference() : given);
  }
}

const longestInterval = 86_400;
const longestTimeoutMs = 120_000;
const shortestTimeoutMs = 100;
const reportingMs = 200;

export function addTiming({ monitor, draft }: MonitorReading): void {
  const interval = Math.max(1, monitor.number('interval') ?? 60);
  const every = Math.min(Math.ceil(interval), longestInterval);
  if (every !== interval)
    monitor.changed('interval', `checked every ${formatDuration(every * 1_000)}: at most 1d is allowed`);
  draft.set('every', formatDuration(every * 1_000));
  const given = monitor.number('timeout') ?? 0;
  // What Uptime Kuma means where it has none.
  const wantedMs = given > 0 ? given * 1_000 : interval * 800;
  const timeoutMs = Math.min(
    Math.max(Math.round(wantedMs), shortestTimeoutMs),
    longestTimeoutMs,
    every * 1_000 - reportingMs,
  );
  if (Math.round(wantedMs) !== timeoutMs) {
    const why = 'a check lasts 120s at most, and is over 200 ms before the next one';
    monitor.changed('timeout', `${formatDuration(timeoutMs)}: ${why}`);
  }
  draft.set('timeout', formatDuration(timeoutMs));
}
