// The one error class for what a user or an operator can put right: it has a stable code and a sentence that says how.

export type EverytickErrorCode =
  | 'config_invalid'
  | 'target_invalid'
  | 'check_impossible'
  | 'maintenance_invalid'
  | 'maintenance_not_found'
  | 'maintenance_over'
  | 'target_name_taken'
  | 'target_not_found'
  | 'targets_file_invalid'
  | 'schema_outdated'
  | 'schema_too_new'
  | 'migration_changed'
  | 'migration_failed'
  | 'database_unreachable'
  | 'embedded_postgres_failed'
  | 'already_running'
  | 'service_failed'
  | 'usage';

export class EverytickError extends Error {
  readonly code: EverytickErrorCode;

  constructor(code: EverytickErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EverytickError';
    this.code = code;
  }
}
