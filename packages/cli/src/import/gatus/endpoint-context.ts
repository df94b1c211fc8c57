// What the parts of an endpoint's import share.

import type { ImportReport } from '../imported.ts';
import type { SecretReferences } from '../secret-references.ts';

export interface EndpointContext {
  /** Its name in Gatus: what notes about it are found by. */
  readonly name: string;
  readonly where: string;
  /** What the check may take. */
  readonly timeoutMs: number;
  readonly report: ImportReport;
  readonly secrets: SecretReferences;
}

/** `expect` of the target. */
export type BodyExpectations = Readonly<Record<string, unknown>>;
