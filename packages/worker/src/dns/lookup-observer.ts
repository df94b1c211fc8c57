// Who wants to know how the resolver fares, as opposed to what one name resolves to.

/**
 * `local`: from the hosts file. `cached`: from an answer that was kept. `answered`: by a server. `failed`: no such name, an
 * error, or no answer in the time that there was.
 */
export const lookupResults = ['local', 'cached', 'answered', 'failed'] as const;
export type LookupResult = (typeof lookupResults)[number];

export interface LookupObserver {
  /** How long a question waited for its slot, in seconds: 0 for nearly all. Questions that never got one included. */
  waited(seconds: number): void;
  /** Once for each question that was asked, or needed not to be. */
  looked(result: LookupResult): void;
}
