// What Prometheus asks blackbox_exporter for: the URL parameters and labels that relabelling leaves of a target.

import type { ImportReport } from '../imported.ts';
import { shownAddress } from '../source-text.ts';
import type { SourceValue } from '../source-value.ts';
import { goDurationMs } from './durations.ts';
import type { Candidate, ScrapeJob } from './scrape-job.ts';

export interface Probe {
  /** Where its address stands. */
  readonly source: SourceValue;
  /** Prometheus takes targets of a job for one where this is the same. */
  readonly identity: string;
  readonly module: string;
  /** What is probed, as blackbox_exporter gets it. */
  readonly address: string;
  /** The host name to ask for, where it is another one than the address's. */
  readonly hostname: string | null;
  readonly job: string;
  readonly instance: string;
  /** Those that Prometheus would have attached, but for `job` and `instance`. */
  readonly labels: ReadonlyMap<string, string>;
  readonly intervalMs: number;
  readonly scrapeTimeoutMs: number;
}

const usualModule = 'http_2xx';

/** Null, with a note, where nothing is probed. */
export function probeOf(job: ScrapeJob, { source, labels: before }: Candidate, report: ImportReport): Probe | null {
  const leftOut = (why: string) => {
    report.leftOut(source.where, shownAddress(source.text ?? ''), why);
    return null;
  };
  let labels = before;
  for (const rule of job.rules) {
    const next = rule.apply(labels);
    if (next === null)
      return leftOut(`is dropped by ${rule.source.place.path}, so that Prometheus does not probe it either`);
    labels = next;
  }
  const param = (name: string) => labels.get(`__param_${name}`) ?? job.params.get(name)?.[0];
  const address = param('target') ?? '';
  if (address === '') return leftOut("no rule and no parameter says what is probed ('__param_target')");
  const intervalMs = goDurationMs(labels.get('__scrape_interval__') ?? '');
  const timeoutMs = goDurationMs(labels.get('__scrape_timeout__') ?? '');
  if (intervalMs === null || timeoutMs === null || intervalMs === 0) {
    return leftOut('its scrape_interval or scrape_timeout is no duration');
  }
  return {
    source,
    identity: identityOf(labels),
    address,
    // Without a rule for it, Prometheus would say the exporter's address, the same for all of them.
    instance: labels.get('instance') ?? address,
    module: param('module') || usualModule,
    hostname: param('hostname') || null,
    job: labels.get('job') ?? job.name,
    labels: new Map([...labels].filter(([name]) => !name.startsWith('__') && name !== 'job' && name !== 'instance')),
    intervalMs,
    scrapeTimeoutMs: Math.min(timeoutMs, intervalMs),
  };
}

function identityOf(labels: ReadonlyMap<string, string>): string {
  const kept = [...labels].filter(([name]) => !name.startsWith('__meta_'));
  return JSON.stringify(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
