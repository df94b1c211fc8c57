// Every failure of the embedded server ends with the same way out, so that nobody is stuck without a database.

import { EverytickError } from '@everytick/core';

/** An `embedded_postgres_failed` whose sentence ends with what to do instead. */
export function embeddedPostgresFailed(reason: string, cause?: unknown): EverytickError {
  const wayOut = 'To use a PostgreSQL of your own instead, set EVERYTICK_DATABASE_URL.';
  return new EverytickError('embedded_postgres_failed', `${reason}\n${wayOut}`, { cause });
}
