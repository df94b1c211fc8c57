// From a configuration of Gatus to targets. https://github.com/TwiN/gatus#configuration

import { noteBodyLimit } from '../body-limit.ts';
import { type Imported, ImportReport } from '../imported.ts';
import { SecretReferences } from '../secret-references.ts';
import type { SourceValue } from '../source-value.ts';
import { reportUnknownOptions } from '../unknown-options.ts';
import { reportVariables } from '../variable-notes.ts';
import { importEndpoint } from './endpoint.ts';
import { reportGlobalOptions } from './global-options.ts';

export function importGatus(source: SourceValue): Imported {
  const report = new ImportReport();
  const secrets = new SecretReferences(report);
  const endpoints = source.get('endpoints')?.items ?? [];
  const targets = endpoints.flatMap((endpoint) => importEndpoint(endpoint, report, secrets) ?? []);
  reportGlobalOptions(source, report);
  if (targets.length > 0) reportDefaults(source, report);
  noteBodyLimit(targets, source.where, report);
  reportVariables(targets, report);
  const names = new Map(endpoints.map((endpoint) => [endpoint.place.path, endpoint.get('name')?.text ?? null]));
  reportUnknownOptions(source, report, (path) => names.get(/^endpoints\[\d+\]/.exec(path)?.[0] ?? '') ?? null);
  return { targets, notes: report.notes };
}

/** What no option says, and what is not the same all the same. */
function reportDefaults(source: SourceValue, report: ImportReport): void {
  const { where } = source;
  report.changed(
    where,
    'User-Agent',
    "requests carry Everytick's name, unless a header says otherwise; Gatus sends Gatus/1.0",
  );
  report.changed(
    where,
    'redirects',
    'at most 5 are followed, or as many as redirects.max says, up to 20; Gatus follows any number',
  );
  report.changed(
    where,
    'connections',
    'every check has a connection of its own, and looks the name up; Gatus keeps connections (reuse_connection: true does)',
  );
}
