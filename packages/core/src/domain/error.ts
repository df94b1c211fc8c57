// The one error class for what a user or an operator can put right: it has a stable code and a sentence that says how.

export type EverytickErrorCode =
  | 'config_invalid'
  | 'target_invalid'
  | 'check_impossible'
  | 'no_worker'
  | 'maintenance_invalid'
  | 'maintenance_not_found'
  | 'maintenance_over'
  | 'api_unreachable'
  | 'api_failed'
  | 'api_refused'
  | 'target_changed'
  | 'target_name_taken'
  | 'target_not_found'
  | 'target_source_conflict'
  | 'targets_busy'
  | 'rollups_busy'
  | 'targets_file_invalid'
  | 'import_source_invalid'
  | 'schema_outdated'
  | 'schema_too_new'
  | 'migration_changed'
  | 'migration_failed'
  | 'database_not_utf8'
  | 'database_unreachable'
  | 'embedded_postgres_failed'
  | 'already_running'
  | 'service_failed'
  | 'token_invalid'
  | 'token_name_taken'
  | 'token_not_found'
  | 'usage';

/** What is wrong at one place of a document. */
export interface PlacedProblem {
  /** Keys and positions that lead there. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What is wrong at one place of a file; lines and columns count from 1. */
export interface ProblemInFile {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

interface EverytickErrorOptions extends ErrorOptions {
  readonly problems?: readonly PlacedProblem[];
  readonly inFiles?: readonly ProblemInFile[];
}

export class EverytickError extends Error {
  readonly code: EverytickErrorCode;
  /** Where in what was given, for programs; the message tells all of it to people. */
  readonly problems: readonly PlacedProblem[];
  /** The same, where files were given. */
  readonly inFiles: readonly ProblemInFile[];

  constructor(code: EverytickErrorCode, message: string, options?: EverytickErrorOptions) {
    super(message, options);
    this.name = 'EverytickError';
    this.code = code;
    this.problems = options?.problems ?? [];
    this.inFiles = options?.inFiles ?? [];
  }
}
