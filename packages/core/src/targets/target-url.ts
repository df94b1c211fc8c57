// URLs of targets: which are allowed, how they may be shown, and what a target is called that was given no name.

import { redactUrl } from '../domain/redact-url.ts';

const longestName = 200;
export const longestUrl = 8192;

/** What is wrong with it, or null if it can be watched. */
export function targetUrlProblem(given: string): string | null {
  const shown = showUrl(given);
  if (given.length > longestUrl) return `the URL has ${given.length} characters; allowed are ${longestUrl}`;
  if (!/^https?:\/\//i.test(given)) {
    const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(given);
    const suggestion = !scheme && URL.canParse(`https://${given}`) ? `; did you mean 'https://${shown}'?` : '';
    return `'${shown}' is no http or https URL${suggestion || '; allowed are http://... and https://...'}`;
  }
  if (!URL.canParse(given)) return `'${shown}' is no valid URL; allowed are http://... and https://...`;
  return null;
}

/** A URL, or what was meant as one, in the form in which it may be shown. */
export function showUrl(given: string): string {
  if (URL.canParse(given) && /^https?:/i.test(given)) return redactUrl(given).replaceAll('%2A', '*');
  return given.replace(/[^/@]*@/, '***@').replace(/\?.*$/, '?***');
}

/** As it was given, so that it can be given back; only a password, which earlier versions stored, is hidden. */
export function withoutPassword(url: string): string {
  if (!URL.canParse(url) || new URL(url).password === '') return url;
  const hidden = new URL(url);
  hidden.password = '***';
  return hidden.href;
}

/** Host and path: how people speak of a page. */
export function defaultTargetName(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname.replace(/\/+$/, '')}`.slice(0, longestName);
}
