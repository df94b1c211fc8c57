// The tie between a role that runs as a child of `everytick up` and its parent. Without a parent it does nothing.

import { shutDown } from './shutdown.ts';

/** What a child tells its parent once it serves its status. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly statusUrl: string;
  /** Of the API, where it serves one. */
  readonly apiUrl: string | null;
}

/** Tells the parent where the status is served, and leaves in order when the parent is gone, however it went. */
export function attachToParent(statusUrl: string, apiUrl: string | null = null): void {
  if (process.send === undefined) return;
  process.send({ type: 'ready', statusUrl, apiUrl } satisfies ReadyMessage);
  process.once('disconnect', () => shutDown(0));
}
