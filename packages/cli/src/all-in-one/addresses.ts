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

/** Where `up` has the API, unless somebody else has that port, or EVERYTICK_API_PORT says otherwise. */
export const apiPort = 7490;

const exampleSql = 'SELECT outcome, sum(ticks) FROM check_results GROUP BY outcome';

/** Pairs of a label and what it is about. */
export function addressEntries(addresses: Addresses): readonly (readonly [string, string])[] {
  const metrics = (url: string | null) => (url === null ? '(starting)' : `${url}/metrics`);
  return [
    ['Database', addresses.psql],
    ['SQL', exampleSql],
    ['Results', `${commandName()} results`],
    ...(addresses.api === null ? [] : [['API', apiShown(addresses.api)] as const]),
    ['Metrics', metrics(addresses.coordinator)],
    ['Workers', addresses.workers.map(metrics).join('  ')],
    ['Logs', addresses.logDir],
  ];
}

/** Whoever copies an example with the usual port would ask another program. */
function apiShown(url: string): string {
  const elsewhere = new URL(url).port !== String(apiPort) && !process.env['EVERYTICK_API_PORT'];
  return elsewhere ? `${url} (another program has port ${apiPort})` : url;
}

export function addressLines(addresses: Addresses): string[] {
  return addressEntries(addresses).map(([label, text]) => `${paint('dim', label.padEnd(9))}${text}`);
}
