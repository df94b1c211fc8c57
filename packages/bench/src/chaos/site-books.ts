// The books of the checked site, as it hands them over.

export const BOOKS_PATH = '/books';

/**
 * Requests, complete answers that were successes, answers that were failures; what was broken off is neither. And when the
 * last success was sent, in milliseconds since 1970.
 */
export type TickServed = [requests: number, successes: number, failures: number, succeededAtMs: number];

export interface SiteBooks {
  /** By the tick that the requests carried: `<target id>/<location id>/<ISO instant>`. */
  readonly ticks: Readonly<Record<string, TickServed>>;
  /** When each request came, in the order of arrival; milliseconds since 1970 by the clock of this machine. */
  readonly begunAtMs: readonly number[];
  readonly withoutTick: number;
}

export async function fetchSiteBooks(origin: string): Promise<SiteBooks> {
  return (await (await fetch(`${origin}${BOOKS_PATH}`)).json()) as SiteBooks;
}
