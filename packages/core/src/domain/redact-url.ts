// URLs carry secrets in their password and query; this is the form in which a URL may be logged or shown.

/** The URL without user, password, and fragment, with the values of its query replaced by `***`. */
export function redactUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return '(not a URL)';
  // Each assignment has the whole URL parsed again, and most URLs have nothing to take out: /metrics/targets asks for all of them.
  if (parsed.username !== '') parsed.username = '';
  if (parsed.password !== '') parsed.password = '';
  if (parsed.href.includes('#')) parsed.hash = '';
  if (parsed.search !== '') for (const key of new Set(parsed.searchParams.keys())) parsed.searchParams.set(key, '***');
  return parsed.href;
}
