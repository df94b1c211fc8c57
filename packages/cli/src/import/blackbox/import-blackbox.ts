// From blackbox_exporter's modules and the scrape jobs of Prometheus that use them to targets: a target for each address
// that Prometheus would have had probed.

import { noteBodyLimit } from '../body-limit.ts';
import { type Imported, ImportReport } from '../imported.ts';
import { optionLeftOut } from '../option-notes.ts';
import { SecretReferences } from '../secret-references.ts';
import { shownAddress } from '../source-text.ts';
import type { SourceValue } from '../source-value.ts';
import { reportUnknownOptions } from '../unknown-options.ts';
import { type ModuleCheck, readModule } from './http-module.ts';
import { type Probe, probeOf } from './probe.ts';
import { probeTarget } from './probe-target.ts';
import type { ScrapeFiles } from './scrape-files.ts';
import { isProbeJob, readScrapeJob, type ScrapeJob } from './scrape-job.ts';
import { noteJobOptions, noteServerOptions } from './scrape-notes.ts';

export interface BlackboxSource {
  /** The document with `modules:`. */
  readonly modules: SourceValue;
  readonly scrape: ScrapeFiles;
}

export function importBlackbox({ modules, scrape }: BlackboxSource): Imported {
  const report = new ImportReport();
  const secrets = new SecretReferences(report);
  const checks = new ModuleChecks(modules.get('modules'), report, secrets);
  for (const { source, pattern } of scrape.missing) {
    report.leftOut(source.where, pattern, 'there is no such file, so that what it says is not known');
  }
  noteServerOptions(scrape.prometheus, report);
  const probes = jobsOf(scrape, report).flatMap((job) => probesOf(job, report));
  const targets = probes.flatMap((probe) => {
    const check = checks.of(probe);
    return check === null ? [] : probeTarget(probe, check, report, secrets);
  });
  noteBodyLimit(targets, modules.where, report);
  checks.noteUnused();
  for (const document of [modules, ...scrape.documents]) reportUnknownOptions(document, report);
  return { targets, notes: report.notes };
}

/** The jobs that probe; the others are told together. */
function jobsOf({ configs, prometheus }: ScrapeFiles, report: ImportReport): ScrapeJob[] {
  const others: SourceValue[] = [];
  const jobs = configs.flatMap((config) => {
    if (isProbeJob(config)) {
      const job = readScrapeJob(config, prometheus.get('global'), report);
      noteJobOptions(job.source, report);
      return [job];
    }
    others.push(config.source);
    config.source.dismiss();
    for (const { document } of config.targetFiles) document.dismiss();
    return [];
  });
  const [first] = others;
  if (first !== undefined) {
    const names = others.map((other) => other.get('job_name')?.text ?? '').join(', ');
    const what = others.length === 1 ? '1 scrape job' : `${others.length} scrape jobs`;
    report.leftOut(first.where, `${what}: ${names}`, 'do not probe (their metrics_path is not /probe)');
  }
  return jobs;
}

function probesOf(job: ScrapeJob, report: ImportReport): Probe[] {
  const known = new Set<string>();
  return job.candidates.flatMap((candidate) => {
    if (job.hindrance !== null) {
      report.leftOut(candidate.source.where, shownAddress(candidate.source.text ?? ''), job.hindrance);
      return [];
    }
    const probe = probeOf(job, candidate, report);
    if (probe === null) return [];
    if (known.has(probe.identity)) {
      const why = 'stands in the job with the same labels already; Prometheus probes it once as well';
      report.leftOut(candidate.source.where, shownAddress(probe.address), why);
      return [];
    }
    known.add(probe.identity);
    return [probe];
  });
}

/** Each module is read once, when the first probe asks for it. */
class ModuleChecks {
  readonly #modules: ReadonlyMap<string, SourceValue>;
  readonly #read = new Map<string, ModuleCheck>();
  readonly #report: ImportReport;
  readonly #secrets: SecretReferences;

  constructor(modules: SourceValue | undefined, report: ImportReport, secrets: SecretReferences) {
    this.#modules = new Map(modules?.entries ?? []);
    this.#report = report;
    this.#secrets = secrets;
  }

  /** Null, with a note, where the probe cannot be carried over. */
  of({ module: name, address, source }: Probe): ModuleCheck | null {
    const module = this.#modules.get(name);
    if (module === undefined) {
      const why = `its module '${name}' is not among those of blackbox_exporter; it may be of another exporter`;
      this.#report.leftOut(source.where, shownAddress(address), why);
      return null;
    }
    const check = this.#read.get(name) ?? readModule(name, module, this.#report, this.#secrets);
    this.#read.set(name, check);
    if (check.draft.hindrance === null) return check;
    this.#report.leftOut(source.where, shownAddress(address), check.draft.hindrance);
    return null;
  }

  noteUnused(): void {
    for (const [name, module] of this.#modules) {
      if (!this.#read.has(name)) optionLeftOut(this.#report, module, 'no target of the scrape jobs uses this module');
    }
  }
}
