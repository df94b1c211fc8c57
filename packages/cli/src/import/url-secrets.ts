// URLs of the other tool's file that hold passwords or keys. Everytick stores URLs, so that none may have a password.

import type { ImportReport } from './imported.ts';
import type { EnvReference, SecretReferences } from './secret-references.ts';
import { soundsSecret } from './source-text.ts';
import { hasVariables, variable } from './variable.ts';

export interface UrlOfTarget {
  readonly url: string;
  /** For `auth.basic`, where the URL named who asks. */
  readonly basic?: { readonly username: string; readonly password: EnvReference };
}

interface Context {
  readonly where: string;
  readonly target: string;
  readonly report: ImportReport;
  readonly secrets: SecretReferences;
}

/**
 * The URL without user, password and the values of parameters that sound like keys: the first two for `auth.basic`, the
 * last as variables of the configuration.
 */
export function urlWithoutSecrets(given: string, context: Context): UrlOfTarget {
  const { where, target, report, secrets } = context;
  const [, scheme = '', user, rest = given] = /^([a-z][a-z0-9+.-]*:\/\/)(?:([^/?#@]*)@)?(.*)$/is.exec(given) ?? [];
  const url = `${scheme}${withoutKeys(rest, context)}`;
  if (user === undefined || user === '') return { url };
  const at = user.indexOf(':');
  const username = decoded(at < 0 ? user : user.slice(0, at));
  const secret = at < 0 ? '' : decoded(user.slice(at + 1));
  if (secret === '') {
    report.changed(where, 'a user in the URL', 'it is sent as before, with an empty password', target);
    return { url: `${scheme}${user}@${withoutKeys(rest, context)}` };
  }
  const password = secrets.reference(secret, [target, 'password'], where, 'the password in the URL', target);
  return { url, basic: { username, password } };
}

function withoutKeys(rest: string, { where, target, report }: Context): string {
  const [, before = rest, query, after = ''] = /^([^?#]*)\?([^#]*)(#.*)?$/s.exec(rest) ?? [];
  if (query === undefined) return rest;
  const parameters = query.split('&').map((parameter) => {
    const [, name, value] = /^([^=]*)=(.+)$/s.exec(parameter) ?? [];
    if (name === undefined || value === undefined || !soundsSecret(name) || hasVariables(value)) return parameter;
    const words = `${target}_${name}`.normalize('NFKD').toUpperCase();
    const own = words
      .replace(/[^A-Z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 120);
    const variableName = /^[A-Z_]/.test(own) ? own : `_${own}`;
    const task = `set EVERYTICK_VAR_${variableName} where the configuration is applied; it is stored with the URL, for a URL cannot refer to a secret`;
    report.toSet(where, `the parameter ${name} in the URL`, task, target);
    return `${name}=${variable(variableName)}`;
  });
  return `${before}?${parameters.join('&')}${after}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
