// A scrape job of Prometheus: what it would scrape, as the labels that each target has before relabelling.

import type { ImportReport } from '../imported.ts';
import { optionLeftOut } from '../option-notes.ts';
import type { SourceValue } from '../source-value.ts';
import { type RelabelRule, relabelRule } from './relabel.ts';
import type { ScrapeConfig } from './scrape-files.ts';

export interface ScrapeJob {
  readonly name: string;
  readonly source: SourceValue;
  /** The values of each URL parameter. */
  readonly params: ReadonlyMap<string, readonly string[]>;
  readonly candidates: readonly Candidate[];
  readonly rules: readonly RelabelRule[];
  /** Why the targets cannot be known; null where they can. */
  readonly hindrance: string | null;
}

export interface Candidate {
  /** Of the address. */
  readonly source: SourceValue;
  /** As relabelling finds them. */
  readonly labels: ReadonlyMap<string, string>;
}

/** Whether the job asks an exporter to probe something, as far as can be seen. */
export function isProbeJob({ source, targetFiles }: ScrapeConfig): boolean {
  const ofProbe = (path: string | undefined) => path?.endsWith('/probe') === true;
  if (ofProbe(source.get('metrics_path')?.text)) return true;
  const groups = [
    ...(source.get('static_configs')?.items ?? []),
    ...targetFiles.flatMap(({ document }) => document.items),
  ];
  if (groups.some((group) => ofProbe(group.get('labels')?.get('__metrics_path__')?.text))) return true;
  return (source.get('relabel_configs')?.items ?? []).some(
    (rule) => rule.get('target_label')?.text === '__metrics_path__' && ofProbe(rule.get('replacement')?.text),
  );
}

export function readScrapeJob(config: ScrapeConfig, global: SourceValue | undefined, report: ImportReport): ScrapeJob {
  const { source } = config;
  const name = source.get('job_name')?.text ?? '';
  const params = paramsOf(source);
  const defaults = new Map([
    ['job', name],
    ['__metrics_path__', source.get('metrics_path')?.text ?? '/metrics'],
    ['__scheme__', source.get('scheme')?.text ?? 'http'],
    ...timing(source, global),
    ...[...params].map(([key, values]): [string, string] => [`__param_${key}`, values[0] ?? '']),
  ]);
  const rules: RelabelRule[] = [];
  let hindrance: string | null = null;
  for (const given of source.get('relabel_configs')?.items ?? []) {
    const rule = relabelRule(given);
    if (typeof rule === 'string') {
      optionLeftOut(report, given, rule);
      hindrance ??= `a relabelling rule of job '${name}' cannot be carried out`;
    } else {
      rules.push(rule);
    }
  }
  return { name, source, params, candidates: candidatesOf(config, defaults), rules, hindrance };
}

function paramsOf(source: SourceValue): Map<string, string[]> {
  const entries = source.get('params')?.entries ?? [];
  return new Map(entries.map(([key, values]) => [key, values.items.map((value) => value.text ?? '')]));
}

/** Prometheus: a job has the global interval and timeout, and a timeout that is not given is at most the interval. */
function timing(source: SourceValue, global: SourceValue | undefined): [string, string][] {
  const interval = source.get('scrape_interval')?.text ?? global?.get('scrape_interval')?.text ?? '1m';
  const timeout = source.get('scrape_timeout')?.text ?? global?.get('scrape_timeout')?.text ?? '10s';
  return [
    ['__scrape_interval__', interval],
    ['__scrape_timeout__', timeout],
  ];
}

function candidatesOf({ source, targetFiles }: ScrapeConfig, defaults: ReadonlyMap<string, string>): Candidate[] {
  const fixed = (source.get('static_configs')?.items ?? []).map((group) => ({ group, from: [] }));
  const ofFiles = targetFiles.flatMap(({ path, document }) =>
    document.items.map((group) => ({ group, from: [['__meta_filepath', path] as const] })),
  );
  return [...fixed, ...ofFiles].flatMap(({ group, from }) => {
    const given = (group.get('labels')?.entries ?? []).map(([name, value]) => [name, value.text ?? ''] as const);
    return (group.get('targets')?.items ?? []).map((target) => ({
      source: target,
      labels: new Map([...defaults, ...from, ...given, ['__address__', target.text ?? ''] as const]),
    }));
  });
}
