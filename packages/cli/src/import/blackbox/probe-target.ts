// The target that stands for a probe.

import type { ImportedTarget, ImportReport } from '../imported.ts';
import type { SecretReferences } from '../secret-references.ts';
import { shownAddress } from '../source-text.ts';
import { nameOfUrl, urlWithoutSecrets } from '../url-secrets.ts';
import type { ModuleCheck } from './http-module.ts';
import type { Probe } from './probe.ts';
import { timingFields } from './probe-timing.ts';

export function probeTarget(
  probe: Probe,
  { draft, timeoutMs }: ModuleCheck,
  report: ImportReport,
  secrets: SecretReferences,
): ImportedTarget[] {
  const { where } = probe.source;
  // As blackbox_exporter does with addresses that are not URLs.
  const given = /^https?:\/\//i.test(probe.address) ? probe.address : `http://${probe.address}`;
  const name = nameOfUrl(probe.instance);
  const { url, basic, authorization } = urlWithoutSecrets(given, { where, target: name, report, secrets });
  const fields: Record<string, unknown> = { ...draft.fields };
  let headers = (fields['headers'] ?? {}) as Readonly<Record<string, unknown>>;
  if (/[%+]/.test(url)) {
    const why = 'checked as it stands; blackbox_exporter decodes %XX and + once before it asks';
    report.changed(where, shownAddress(url), why, name);
  }
  if (fields['http_version'] === '2' && !/^https:/i.test(url)) {
    report.leftOut(where, shownAddress(url), `its module '${probe.module}' wants HTTP/2, which needs https`);
    return [];
  }
  if (draft.header('authorization') === undefined) {
    if (basic !== undefined) fields['auth'] = { basic };
    else if (authorization !== undefined) {
      delete fields['auth'];
      headers = { ...headers, Authorization: authorization };
      fields['headers'] = headers;
    }
  }
  const written = Object.keys(headers).find((header) => header.toLowerCase() === 'host');
  if (probe.hostname !== null) {
    if (written !== undefined && headers[written] !== probe.hostname) {
      const why = `its module '${probe.module}' has another Host, which blackbox_exporter refuses`;
      report.leftOut(where, `hostname: ${probe.hostname}`, why);
      return [];
    }
    fields['headers'] = { ...headers, [written ?? 'Host']: probe.hostname };
  }
  const labels = Object.fromEntries([...probe.labels].map(([key, value]) => [key, labelWithoutSecrets(value)]));
  const timing = { intervalMs: probe.intervalMs, scrapeTimeoutMs: probe.scrapeTimeoutMs, moduleTimeoutMs: timeoutMs };
  return [
    {
      where,
      name,
      document: {
        url,
        ...(probe.job === '' ? {} : { group: probe.job }),
        ...(probe.labels.size === 0 ? {} : { labels }),
        ...timingFields(timing, where, name, report),
        ...fields,
      },
    },
  ];
}

/** Rules may make a label of the address. */
function labelWithoutSecrets(value: string): string {
  return /:\/\/([^/]*@|\S*\?)/.test(value) ? shownAddress(value) : value;
}
