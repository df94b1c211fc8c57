// The operations of a short command, for as long as it needs them.

import { withPool } from '../commands/with-database.ts';
import { ApiOperations } from './api-operations.ts';
import { DatabaseOperations } from './database-operations.ts';
import type { Operations } from './operations.ts';
import { apiPlace, type PlaceFlags } from './place.ts';

/** Throws what `Operations` does, and `database_unreachable`, `schema_outdated`, `config_invalid`, `usage`. */
export function withOperations<Result>(
  flags: PlaceFlags,
  work: (operations: Operations) => Promise<Result>,
): Promise<Result> {
  const api = apiPlace(flags, process.env);
  return api === null ? withPool({}, (pool) => work(new DatabaseOperations(pool))) : work(new ApiOperations(api));
}
