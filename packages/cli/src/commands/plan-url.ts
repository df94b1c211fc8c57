// URLs in a plan: without what may be secret in them, and with a word for it where nothing else differs.

import { showUrl } from '@everytick/core';
import { shownChange, shownValue } from './plan-value.ts';

/** The fields whose value is a URL, by the names of `fieldDifferences`. */
const urlFields: ReadonlySet<string> = new Set(['url', 'proxy', 'auth.oauth2.token_url', 'expect.final_url']);

/** The two sides of a change of any field. */
export function shownFieldChange(field: string, before: unknown, after: unknown): string {
  if (!urlFields.has(field)) return shownChange(before, after);
  const [was, is] = [masked(before), masked(after)];
  return was === is
    ? `${shownValue(was)} (${hiddenDifference(String(before), String(after))} changed)`
    : shownChange(was, is);
}

/** What is no text has no query: it is absent, or a reference to a secret. */
function masked(value: unknown): unknown {
  return typeof value === 'string' ? showUrl(value) : value;
}

function hiddenDifference(before: string, after: string): string {
  if (!URL.canParse(before) || !URL.canParse(after)) return 'hidden part';
  const [was, is] = [new URL(before), new URL(after)];
  if (was.search !== is.search) return 'query';
  if (was.username !== is.username || was.password !== is.password) return 'user or password';
  return was.hash === is.hash ? 'notation' : 'fragment';
}
