// The target that stands for a probe.

import type { ImportedTarget, ImportReport } from '../imported.ts';
import type { SecretReferences } from '../secret-references.ts';
import { withoutUrlSecrets } from '../source-text.ts';
import { urlCredentials } from '../url-credentials.ts';
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
  const credentials = urlCredentials(given);
  const url = credentials?.url ?? given;
  const name = urlCredentials(probe.instance)?.url ?? probe.instance;
  const fields: Record<string, unknown> = { ...draft.fields };
  const headers = (fields['headers'] ?? {}) as Readonly<Record<string, unknown>>;
  if (/[%+]/.test(url)) {
    const why = 'checked as it stands; blackbox_exporter decodes %XX and + once before it asks';
    report.changed(where, withoutUrlSecrets(url), why, name);
  }
  if (fields['http_version'] === '2' && !/^https:/i.test(url)) {
    report.leftOut(where, withoutUrlSecrets(url), `its module '${probe.module}' wants HTTP/2, which needs https`);
    return [];
  }
  if (credentials !== null && draft.header('authorization') === undefined) {
    const { username, password } = credentials;
    const reference = secrets.reference(password, [name, 'password'], where, 'the password in the URL', name);
    fields['auth'] = { basic: { username, password: reference } };
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
  const labels = Object.fromEntries(probe.labels);
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
