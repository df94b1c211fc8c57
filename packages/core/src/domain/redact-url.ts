// URLs carry secrets in their password and query; this is the form in which a URL may be logged or shown.

/** The URL without user, password, and fragment, with the values of its query replaced by `***`. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  parsed.hash = '';
  for (const key of new Set(parsed.searchParams.keys())) parsed.searchParams.set(key, '***');
  return parsed.toString();
}
