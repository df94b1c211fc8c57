// Where what `up` started can be reached, and what to do with it: shown below the live table and in the log.

import { paint } from '../output/paint.ts';

export interface Addresses {
  /** A command that opens the database, without a password in it. */
  readonly psql: string;
  readonly coordinator: string | null;
  /** Null: it is off, or not open yet. */
  readonly api: string | null;
  readonly workers: readonly (string | null)[];
  readonly logDir: string;
}

/** How a user of this installation calls the command. */
export function commandName(): string {
  return process.env['npm_lifecycle_event'] === undefined ? 'everytick' : 'npx pnpm@12 everytick';
}

const exampleSql = 'SELECT outcome, sum(ticks) FROM check_results GROUP BY outcome';

/** Pairs of a label and what it is about. */
export function addressEntries(addresses: Addresses): readonly (readonly [string, string])[] {
  const metrics = (url: string | null) => (url === null ? '(starting)' : `${url}/metrics`);
  return [
    ['Database', addresses.psql],
    ['SQL', exampleSql],
    ['Results', `${commandName()} results`],
    ...(addresses.api === null ? [] : [['API', addresses.api] as const]),
    ['Metrics', metrics(addresses.coordinator)],
    ['Workers', addresses.workers.map(metrics).join('  ')],
    ['Logs', addresses.logDir],
  ];
}

export function addressLines(addresses: Addresses): string[] {
  return addressEntries(addresses).map(([label, text]) => `${paint('dim', label.padEnd(9))}${text}`);
}
