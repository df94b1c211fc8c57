// A row of `monitored_targets`, with the names of its locations.

import type { CheckOptions } from '../domain/check-options.ts';
import type { TargetSpec } from './target-spec.ts';

export interface TargetRow {
  readonly name: string;
  readonly url: string;
  readonly interval_s: number;
  readonly timeout_ms: number;
  readonly match_pattern: string | null;
  readonly locations: readonly string[];
  readonly group_name: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: CheckOptions | null;
}

export function specOfRow(row: TargetRow): TargetSpec {
  return {
    name: row.name,
    url: row.url,
    intervalS: row.interval_s,
    timeoutMs: row.timeout_ms,
    matchPattern: row.match_pattern,
    locations: row.locations,
    group: row.group_name,
    labels: row.labels,
    options: row.options ?? {},
  };
}
