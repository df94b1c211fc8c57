// The files of Prometheus that say what is probed: its configuration, the scrape_config_files that it names, and files of
// targets.

import { glob } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { looksLike } from '../other-program.ts';
import { parseSourceYaml, readSourceText, sourceInvalid } from '../read-source.ts';
import type { SourceValue } from '../source-value.ts';

export interface ScrapeFiles {
  readonly prometheus: SourceValue;
  /** Of all files, in order. */
  readonly configs: readonly ScrapeConfig[];
  /** Every document that was read, to be asked in the end for what nobody looked at. */
  readonly documents: readonly SourceValue[];
  /** What was to be read and is not there. */
  readonly missing: readonly MissingFile[];
}

export interface ScrapeConfig {
  readonly source: SourceValue;
  readonly targetFiles: readonly TargetFile[];
}

export interface TargetFile {
  readonly path: string;
  readonly document: SourceValue;
}

export interface MissingFile {
  /** Where it is named. */
  readonly source: SourceValue;
  readonly pattern: string;
}

/** Throws `import_source_invalid`. */
export async function readScrapeFiles(path: string): Promise<ScrapeFiles> {
  const prometheus = parseSourceYaml(await readSourceText(path), path);
  if (prometheus.get('scrape_configs') === undefined && prometheus.get('scrape_config_files') === undefined) {
    throw sourceInvalid(
      `${path}: has no 'scrape_configs:'; is it the configuration of Prometheus?${looksLike(prometheus)}`,
    );
  }
  const documents = [prometheus];
  const missing: MissingFile[] = [];
  const found = [...(prometheus.get('scrape_configs')?.items ?? [])].map((source) => ({
    source,
    folder: dirname(path),
  }));
  for (const pattern of prometheus.get('scrape_config_files')?.items ?? []) {
    const files = await filesOf(pattern, dirname(path), missing);
    for (const file of files) {
      const document = parseSourceYaml(await readSourceText(file), file);
      documents.push(document);
      for (const source of document.get('scrape_configs')?.items ?? []) found.push({ source, folder: dirname(file) });
    }
  }
  const configs: ScrapeConfig[] = [];
  for (const { source, folder } of found) {
    const targetFiles = await readTargetFiles(source, folder, missing);
    documents.push(...targetFiles.map(({ document }) => document));
    configs.push({ source, targetFiles });
  }
  return { prometheus, configs, documents, missing };
}

async function readTargetFiles(config: SourceValue, folder: string, missing: MissingFile[]): Promise<TargetFile[]> {
  const read: TargetFile[] = [];
  for (const discovery of config.get('file_sd_configs')?.items ?? []) {
    for (const pattern of discovery.get('files')?.items ?? []) {
      for (const path of await filesOf(pattern, folder, missing)) {
        read.push({ path, document: parseSourceYaml(await readSourceText(path), path) });
      }
    }
  }
  return read;
}

/** As Prometheus finds them: beside the file that names them, unless the path is absolute. */
async function filesOf(source: SourceValue, folder: string, missing: MissingFile[]): Promise<string[]> {
  const pattern = source.text ?? '';
  const from = isAbsolute(pattern) ? pattern : join(folder, pattern);
  const files: string[] = [];
  for await (const file of glob(from)) files.push(file);
  if (files.length === 0) missing.push({ source, pattern });
  return files.toSorted();
}
