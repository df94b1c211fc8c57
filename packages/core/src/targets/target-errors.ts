// What is said when targets cannot be found or cannot be called what they should be.

import type pg from 'pg';
import { EverytickError } from '../domain/error.ts';

/** `why` completes "target 'shop' ...". */
export function nameTaken(names: readonly string[], why: string): EverytickError {
  return new EverytickError('target_name_taken', `target ${quotedList(names)} ${why}`);
}

export function targetsNotFound(given: readonly string[]): EverytickError {
  return new EverytickError('target_not_found', `there is no target ${quotedList(given)}; nothing was changed`);
}

/** The name that somebody else took between a look at the table and the writing, or null if it is another error. */
export function nameInConflict(error: pg.DatabaseError): string | null {
  if (error.code !== '23505' || error.constraint !== 'monitored_targets_name') return null;
  return /=\((.*)\)/.exec(error.detail ?? '')?.[1] ?? '(unknown)';
}

export function quotedList(names: readonly string[]): string {
  const shown = [...new Set(names)].map((name) => `'${name}'`);
  return shown.length > 10 ? `${shown.slice(0, 10).join(', ')} and ${shown.length - 10} more` : shown.join(', ');
}
