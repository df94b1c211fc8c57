// A module of blackbox_exporter with `prober: http`, as the fields of a target. Its notes are told once, however many
// targets it is for.

import { CheckDraft } from '../check-draft.ts';
import type { ImportReport } from '../imported.ts';
import { optionLeftOut } from '../option-notes.ts';
import type { SecretReferences } from '../secret-references.ts';
import type { SourceValue } from '../source-value.ts';
import { goDurationMs } from './durations.ts';
import { addAuth } from './module-auth.ts';
import { addBodyExpectations } from './module-body.ts';
import { addConnection, cookieNote } from './module-connection.ts';
import { addRequest } from './module-request.ts';
import { addResponseExpectations } from './module-response.ts';
import { addTls } from './module-tls.ts';

export interface ModuleReading {
  readonly name: string;
  /** What stands under `http:`. */
  readonly http: SourceValue;
  readonly draft: CheckDraft;
  readonly report: ImportReport;
  readonly secrets: SecretReferences;
}

export interface ModuleCheck {
  readonly draft: CheckDraft;
  readonly timeoutMs: number | null;
}

const probers = ['http', 'tcp', 'icmp', 'dns', 'grpc', 'unix', 'websocket'];

export function readModule(
  name: string,
  module: SourceValue,
  report: ImportReport,
  secrets: SecretReferences,
): ModuleCheck {
  const draft = new CheckDraft();
  const prober = module.get('prober')?.text ?? '';
  const timeoutMs = timeoutOf(module, report);
  if (prober !== 'http') {
    module.dismiss();
    const what = probers.includes(prober) ? `the prober ${prober}` : `'${prober}', which is no prober`;
    draft.hinder(`its module '${name}' is for ${what}; Everytick checks http and https alone`);
    return { draft, timeoutMs };
  }
  for (const other of probers) {
    const unused = other === 'http' ? undefined : module.get(other);
    if (unused !== undefined) optionLeftOut(report, unused, 'without effect in a module with prober: http');
  }
  const http = module.get('http');
  if (http === undefined) {
    addDefaults(draft);
    report.changed(module.where, 'cookies', cookieNote);
  } else addAll({ name, http, draft, report, secrets });
  return { draft, timeoutMs };
}

function timeoutOf(module: SourceValue, report: ImportReport): number | null {
  const timeout = module.get('timeout');
  if (timeout?.text === undefined) return null;
  const ms = goDurationMs(timeout.text);
  if (ms === null) optionLeftOut(report, timeout, 'is no duration; the timeout of the scrape counts');
  return ms;
}

function addAll(reading: ModuleReading): void {
  addRequest(reading);
  addAuth(reading);
  addTls(reading);
  addConnection(reading);
  addResponseExpectations(reading);
  addBodyExpectations(reading);
}

/** What blackbox_exporter does where a module says nothing. */
function addDefaults(draft: CheckDraft): void {
  draft.set('http_version', 'auto');
  draft.set('ip_family', 'prefer_6');
  draft.set('redirects', { max: 10 });
}
