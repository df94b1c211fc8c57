// A target as users write it, from one that is stored: what the API answers with and what `export` writes. Reading it back
// gives the same target.

import type { CheckOptions } from '../domain/check-options.ts';
import { formatDuration } from './duration.ts';
import type { TargetSpec } from './target-spec.ts';

export interface TargetDocument extends CheckOptions {
  readonly name: string;
  readonly url: string;
  /** Durations as in `duration.ts`: `10s`. */
  readonly every: string;
  readonly timeout: string;
  readonly match?: string;
  readonly locations: readonly string[];
  readonly group?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** All of it, with defaults filled in where a field always has a value. */
export function targetDocument(spec: TargetSpec): TargetDocument {
  return {
    name: spec.name,
    url: spec.url,
    every: formatDuration(spec.intervalS * 1_000),
    timeout: formatDuration(spec.timeoutMs),
    ...(spec.matchPattern === null ? {} : { match: spec.matchPattern }),
    locations: spec.locations,
    ...(spec.group === null ? {} : { group: spec.group }),
    ...(Object.keys(spec.labels).length === 0 ? {} : { labels: spec.labels }),
    ...spec.options,
  };
}
