// What Gatus's configuration says beside its endpoints: none of it is about what is checked.

import type { ImportReport } from '../imported.ts';
import { shownValue } from '../source-text.ts';
import type { SourceValue } from '../source-value.ts';
import { reportAlert } from './endpoint.ts';

const ownPages = "it is about Gatus's own pages; Everytick has none of them";

const reasons: Readonly<Record<string, string>> = {
  metrics: 'coordinator and workers always serve metrics',
  storage:
    'results are stored in PostgreSQL, which EVERYTICK_DATABASE_URL names; what Gatus has stored stays where it is',
  security: 'it protects pages of Gatus; the API of Everytick has tokens of its own',
  concurrency: 'how many checks run at once is a setting of each worker',
  'disable-monitoring-lock': 'checks never wait for each other',
  'skip-invalid-config-update': 'an invalid configuration never changes anything',
  debug: 'how much is logged is a setting of each process',
  web: ownPages,
  ui: ownPages,
  announcements: ownPages,
  maintenance: "windows that come again are not known; 'everytick maintenance' makes single ones",
  remote: 'other instances are not shown; workers in several locations report to one database',
  connectivity:
    'a worker does not look whether it is connected itself; checks from several locations tell the difference',
  tunneling: 'there are no SSH tunnels; run a worker where the targets can be reached, and give it a location',
};

export function reportGlobalOptions(source: SourceValue, report: ImportReport): void {
  for (const [key, why] of Object.entries(reasons)) {
    const value = source.get(key);
    if (value === undefined) continue;
    value.dismiss();
    report.leftOut(value.where, shownValue(value, key), why);
  }
  for (const [provider, value] of source.get('alerting')?.entries ?? []) {
    value.dismiss();
    report.leftOut(
      value.where,
      `alerting.${provider}`,
      'Everytick sends no alerts itself; Prometheus alerts on its metrics',
    );
  }
  for (const endpoint of source.get('external-endpoints')?.items ?? []) reportExternal(endpoint, report);
  for (const suite of source.get('suites')?.items ?? []) reportSuite(suite, report);
}

function reportExternal(endpoint: SourceValue, report: ImportReport): void {
  const name = endpoint.get('name')?.text ?? 'an external endpoint';
  for (const alert of endpoint.get('alerts')?.items ?? []) reportAlert(alert, report);
  endpoint.dismiss();
  report.leftOut(endpoint.where, name, 'results are not pushed to Everytick; it checks everything itself');
}

function reportSuite(suite: SourceValue, report: ImportReport): void {
  const name = suite.get('name')?.text ?? 'a suite';
  const steps = suite.get('endpoints')?.items ?? [];
  for (const step of steps) for (const alert of step.get('alerts')?.items ?? []) reportAlert(alert, report);
  const names = steps.map((step) => step.get('name')?.text ?? '?').join(', ');
  suite.dismiss();
  report.leftOut(suite.where, `${name} (${names})`, 'checks of several steps are not made; each target is one request');
}
