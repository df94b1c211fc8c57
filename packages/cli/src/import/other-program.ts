// Whose file it is that was given for another program's.

import type { SourceValue } from './source-value.ts';

const signs = [
  ['modules', "blackbox_exporter's: give it to 'everytick import blackbox' as --modules"],
  ['scrape_configs', "Prometheus's: give it to 'everytick import blackbox' as --prometheus"],
  ['endpoints', "Gatus's: give it to 'everytick import gatus'"],
  ['targets', "Everytick's own: give it to 'everytick apply'"],
] as const;

/** To be put behind what is missing; empty where nothing tells whose it is. */
export function looksLike({ content }: SourceValue): string {
  if (content.kind !== 'mapping') return '';
  const [, whose] = signs.find(([key]) => content.entries.has(key)) ?? [];
  return whose === undefined ? '' : `; it looks like ${whose}`;
}
