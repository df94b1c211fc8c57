// What each kind of expectation is to `evaluate`: made once for a target, asked about each of its responses.

import type { AssertionKind, CheckErrorCode } from '@everytick/core';
import type { ResponseView } from './response-view.ts';

export interface Expectation {
  readonly kind: AssertionKind;
  /** For people, as it stands: with the secrets that it may hold. */
  readonly expected: string;
  /** The texts of what it finds hold no secrets. */
  judge(response: ResponseView): Verdict;
}

export type Verdict =
  | { readonly ok: true; readonly seen: string }
  | {
      readonly ok: false;
      readonly seen: string;
      readonly code: CheckErrorCode;
      /** A sentence for people. */
      readonly detail: string;
    };
