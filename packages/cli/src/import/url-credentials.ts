// Users and passwords that stand in URLs, which Everytick takes as `auth` alone.

export interface UrlCredentials {
  /** Without them. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** Null where the URL has no password in it, or is none. */
export function urlCredentials(given: string): UrlCredentials | null {
  if (!URL.canParse(given)) return null;
  const url = new URL(given);
  if (url.password === '') return null;
  const username = decoded(url.username);
  const password = decoded(url.password);
  url.username = '';
  url.password = '';
  return { url: url.href, username, password };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
