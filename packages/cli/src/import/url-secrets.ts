// URLs of the other tool's file that hold passwords or keys. Everytick stores URLs, so that none may have a password.

import type { ImportReport } from './imported.ts';
import type { EnvReference, SecretReferences } from './secret-references.ts';
import { soundsSecret } from './source-text.ts';
import { onlyVariable, variable } from './variable.ts';

export interface UrlOfTarget {
  readonly url: string;
  /** For `auth.basic`, where the URL named who asks. */
  readonly basic?: { readonly username: string; readonly password: EnvReference };
  /** For the header of that name, where the URL had a user without a password: that is how tokens are written. */
  readonly authorization?: EnvReference;
}

interface Context {
  readonly where: string;
  readonly target: string;
  readonly report: ImportReport;
  readonly secrets: SecretReferences;
}

// A user may have an @ in it: the last one before the path counts.
const parts = /^([a-z][a-z0-9+.-]*:\/\/)(?:([^/\\?#]*)@)?(.*)$/is;

/** What a target may be called by: the URL without user, query and fragment; the text itself where it is none. */
export function nameOfUrl(given: string): string {
  const text = given.trim();
  if (/\s/.test(text)) return text;
  return text
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/\\?#]*@/i, (_, scheme) => String(scheme ?? ''))
    .replace(/[?#].*$/s, '');
}

/**
 * The URL without user, password and the values of parameters that sound like keys: the first two for `auth.basic`, the
 * last as variables of the configuration.
 */
export function urlWithoutSecrets(given: string, context: Context): UrlOfTarget {
  const { where, target, secrets } = context;
  const trimmed = given.trim();
  const [, scheme = '', user, rest = trimmed] = parts.exec(trimmed) ?? [];
  const url = `${scheme}${withoutKeys(rest, context)}`;
  if (user === undefined || user === '' || user === ':') return { url };
  const at = user.indexOf(':');
  const username = decoded(at < 0 ? user : user.slice(0, at));
  const secret = at < 0 ? '' : decoded(user.slice(at + 1));
  if (secret === '') {
    const words = [target, 'authorization'];
    const what = "the user in the URL, as a header: 'Basic ', and in base64 the user and a colon";
    return { url, authorization: secrets.reference(`Basic ${username}:`, words, where, what, target) };
  }
  const password = secrets.reference(secret, [target, 'password'], where, 'the password in the URL', target);
  return { url, basic: { username, password } };
}

function withoutKeys(rest: string, { where, target, report }: Context): string {
  const [, before = rest, query, after = ''] = /^([^?#]*)\?([^#]*)(#.*)?$/s.exec(rest) ?? [];
  if (query === undefined) return rest;
  const parameters = query.split('&').map((parameter) => {
    const [, name, value] = /^([^=]*)=(.+)$/s.exec(parameter) ?? [];
    if (name === undefined || value === undefined || !soundsSecret(decoded(name))) return parameter;
    const variableName = onlyVariable(value) ?? nameOfVariable(`${target}_${name}`);
    const task = `set EVERYTICK_VAR_${variableName} where the configuration is applied; it is stored with the URL, for a URL cannot refer to a secret`;
    report.toSet(where, `the parameter ${name} in the URL`, task, target);
    return `${name}=${variable(variableName)}`;
  });
  return `${before}?${parameters.join('&')}${after}`;
}

function nameOfVariable(words: string): string {
  const own = words
    .normalize('NFKD')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 120);
  return /^[A-Z_]/.test(own) ? own : `_${own}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
