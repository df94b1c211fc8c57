// Errors that mean that the database cannot be asked now: no fault of the request, and over in a while. Where all connections
// of the API are in use, nothing is wrong with the database, and nothing for the log.

import pg from 'pg';

/** SQLSTATE classes: connection, resources, operator intervention; and what the server gave up by itself. */
const passing = /^(08|53|57P|40P01|40001|55P03)/;
const QUERY_CANCELED = '57014';
const allInUse = /timeout exceeded when trying to connect/;
const lost = /Connection terminated|Query read timeout|Client has encountered/;
const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
]);

export interface DatabaseAway {
  /** What to tell. */
  readonly detail: string;
  /** Whether it is no more than many questions at once. */
  readonly busy: boolean;
}

/** Null if it is another error. */
export function databaseAway(error: unknown): DatabaseAway | null {
  const detail = reasonOf(error);
  if (detail !== null) return { detail, busy: false };
  const { message = '' } = (error ?? {}) as { readonly message?: string };
  return allInUse.test(message) ? { detail: 'the API is busy; try again later', busy: true } : null;
}

function reasonOf(error: unknown): string | null {
  if (error instanceof pg.DatabaseError) {
    if (error.code === QUERY_CANCELED) return 'the database took too long to answer; ask for less, or try again later';
    return passing.test(error.code ?? '') ? 'the database cannot be used now; try again later' : null;
  }
  const { code = '', message = '' } = (error ?? {}) as { readonly code?: string; readonly message?: string };
  return unreachable.has(code) || lost.test(message) ? 'the database cannot be reached now; try again later' : null;
}
