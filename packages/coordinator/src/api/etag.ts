// Versions of targets for clients (RFC 9110, 8.8.3 and 13.1).
//
//   "7-1842.wq3Zk0aJ"     the id, the version of what can be written, a digest of the rest of what is shown
//
// What is shown changes with every check. For If-None-Match all of it counts, so that 304 is true. If-Match is about what the
// client is going to write over: there the version counts alone, and a result that came in meanwhile is no conflict.

import { createHash } from 'node:crypto';
import { EverytickError } from '@everytick/core';
import { RequestProblem } from './problem.ts';

export function etagOf(id: number, version: string, resource: unknown): string {
  const digest = createHash('sha256').update(JSON.stringify(resource)).digest('base64url').slice(0, 12);
  return `"${id}-${version}.${digest}"`;
}

/** What If-None-Match says: whether the client has this already. Weak comparison. */
export function isNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || tagsOf(header).some((tag) => tag.replace(/^W\//, '') === etag);
}

/** The versions that If-Match allows a target to have; null: whichever. Strong comparison, so weak tags count for nothing. */
export function versionsOf(header: string | undefined, id: number): readonly string[] | null {
  if (header === undefined || header.trim() === '*') return null;
  return tagsOf(header).flatMap((tag) => {
    const [, tagged, version] = /^"(\d+)-(\d+)(?:\.[\w-]*)?"$/.exec(tag) ?? [];
    return version !== undefined && tagged === String(id) ? [version] : [];
  });
}

/** What operations say of the header in the OpenAPI document. */
export const ifMatch = {
  'if-match': 'an ETag of the target: it is changed only if nobody has changed it since, otherwise the answer is 412',
};

/** A change that If-Match allows for one version: that the target has another one by now is what the header is for. */
export async function refusingChanged(id: number, change: Promise<unknown>): Promise<void> {
  await change.catch((error: unknown) => {
    throw error instanceof EverytickError && error.code === 'target_changed' ? preconditionFailed(id) : error;
  });
}

export function preconditionFailed(id: number): RequestProblem {
  return new RequestProblem(
    412,
    'precondition_failed',
    `target ${id} is not as If-Match says: it has been changed since it was read; nothing was changed`,
  );
}

function tagsOf(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}
