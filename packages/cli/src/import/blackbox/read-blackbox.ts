// From the paths of the two configurations to what the importer works on.

import { looksLike } from '../other-program.ts';
import { parseSourceYaml, readSourceText, sourceInvalid } from '../read-source.ts';
import type { BlackboxSource } from './import-blackbox.ts';
import { readScrapeFiles } from './scrape-files.ts';

/** Throws `import_source_invalid`, with file, line and column where a file is no YAML. */
export async function readBlackboxFiles(modulesPath: string, prometheusPath: string): Promise<BlackboxSource> {
  const modules = parseSourceYaml(await readSourceText(modulesPath), modulesPath);
  if (modules.get('modules')?.content.kind !== 'mapping') {
    throw sourceInvalid(
      `${modulesPath}: has no 'modules:'; is it the configuration of blackbox_exporter?${looksLike(modules)}`,
    );
  }
  return { modules, scrape: await readScrapeFiles(prometheusPath) };
}
