// A target as a worker needs it: what to fetch and what to expect. The row of `monitored_targets` has more.

import type { CheckOptions } from './check-options.ts';

export interface Target {
  readonly id: number;
  /** Only where spans are made: nothing else of a check needs it. */
  readonly name?: string | undefined;
  /** An http or https URL. May hold a password, so it is never logged as it stands: see `redactUrl`. */
  readonly url: string;
  /** The deadline of the whole check, from the start of the name look-up to the last byte of the body. */
  readonly timeoutMs: number;
  /** A regular expression in RE2 syntax that the body has to match, or null where the body does not matter. */
  readonly matchPattern: string | null;
  /** What differs from a plain GET that wants a 2xx. The same object for as long as it stays the same. */
  readonly options?: CheckOptions | undefined;
  /** Why this worker cannot follow the options: a sentence for people. Such a target is not checked. */
  readonly optionsProblem?: string | undefined;
}
