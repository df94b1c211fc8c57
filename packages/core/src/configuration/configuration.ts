// What a configuration file, or a directory of them, says: targets, after templates, groups and defaults have been worked
// into each of them.

import type { TargetSet } from '../apply/target-set.ts';

export interface Configuration extends TargetSet {
  /** The files that it came from, as paths. */
  readonly files: readonly string[];
}

/** A file before it has been read as anything. */
export interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
}
