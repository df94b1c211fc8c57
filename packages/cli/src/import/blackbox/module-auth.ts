// Who a module says it is: basic_auth, authorization, oauth2. Everytick takes one of them; a header Authorization wins, as it
// does in blackbox_exporter.

import type { SecretText } from '@everytick/core';
import { optionChanged, optionLeftOut } from '../option-notes.ts';
import { fileReference } from '../secret-file.ts';
import type { SourceValue } from '../source-value.ts';
import { urlWithoutSecrets } from '../url-secrets.ts';
import type { ModuleReading } from './http-module.ts';

export function addAuth(reading: ModuleReading): void {
  const given = ['basic_auth', 'authorization', 'oauth2'].flatMap((key) => reading.http.get(key) ?? []);
  const [first, ...others] = reading.draft.header('authorization') === undefined ? given : [undefined, ...given];
  for (const other of others) {
    if (other !== undefined) optionLeftOut(reading.report, other, 'without effect: something else says who asks');
  }
  // Bearer tokens may also stand beside the rest, in modules from before `authorization`.
  addOldBearer(reading, first !== undefined || given.length > 0);
  if (first === undefined) return;
  const key = first.place.path.split('.').at(-1);
  if (key === 'basic_auth') addBasic(reading, first);
  else if (key === 'authorization') addAuthorization(reading, first);
  else addOauth2(reading, first);
}

function addOldBearer(reading: ModuleReading, beside: boolean): void {
  const { http, draft, report, name } = reading;
  const token = http.get('bearer_token') ?? http.get('bearer_token_file');
  if (token === undefined) return;
  if (beside || draft.header('authorization') !== undefined) {
    optionLeftOut(report, token, 'without effect: something else says who asks');
    return;
  }
  draft.set('auth', { bearer: secretOf(reading, http, 'bearer_token', 'bearer_token_file', [name, 'token']) });
}

function addBasic(reading: ModuleReading, basic: SourceValue): void {
  const { draft, report, name } = reading;
  const userFile = basic.get('username_file');
  const username: SecretText =
    userFile?.text === undefined ? (basic.get('username')?.text ?? '') : fileReference(userFile, report);
  const password = secretOf(reading, basic, 'password', 'password_file', [name, 'password']);
  if (password === null) {
    draft.hinder(`its module '${name}' has basic_auth without a password, which Everytick does not send`);
  } else {
    draft.set('auth', { basic: { username, password } });
  }
}

function addAuthorization(reading: ModuleReading, authorization: SourceValue): void {
  const { draft, report, secrets, name } = reading;
  const type = authorization.get('type')?.text?.trim() ?? 'Bearer';
  if (type.toLowerCase() === 'bearer') {
    const token = secretOf(reading, authorization, 'credentials', 'credentials_file', [name, 'token']);
    if (token === null) draft.hinder(`its module '${name}' has 'authorization' without credentials`);
    else draft.set('auth', { bearer: token });
    return;
  }
  const credentials = authorization.get('credentials');
  const file = authorization.get('credentials_file');
  if (credentials?.text !== undefined) {
    const value = `${type} ${credentials.text}`;
    const what = `the header Authorization: '${type}', a space, and the credentials`;
    draft.setHeader('Authorization', secrets.reference(value, [name, 'authorization'], credentials.where, what, null));
  } else if (file?.text !== undefined) {
    draft.setHeader('Authorization', fileReference(file, report));
    optionChanged(report, file, `the file has to hold the whole header, beginning with '${type} '`);
  } else {
    draft.hinder(`its module '${name}' has 'authorization' without credentials`);
  }
}

const oauthElsewhere = 'concerns the token endpoint alone, for which Everytick has no such option';

function addOauth2(reading: ModuleReading, oauth2: SourceValue): void {
  const { draft, report, name } = reading;
  const secret = secretOf(reading, oauth2, 'client_secret', 'client_secret_file', [name, 'client', 'secret']);
  const grant = oauth2.get('grant_type')?.text ?? 'client_credentials';
  for (const key of ['tls_config', 'proxy_url', 'no_proxy', 'proxy_from_environment', 'proxy_connect_header']) {
    const value = oauth2.get(key);
    if (value !== undefined) optionLeftOut(report, value, oauthElsewhere);
  }
  const parameters = parametersOf(reading, oauth2);
  const scopes = (oauth2.get('scopes')?.items ?? []).map((scope) => scope.text ?? '');
  const tokenUrl = oauth2.get('token_url');
  const place = { where: tokenUrl?.where ?? '', target: name, report, secrets: reading.secrets };
  const { url, ...user } = tokenUrl?.text === undefined ? {} : urlWithoutSecrets(tokenUrl.text, place);
  const id = oauth2.get('client_id')?.text;
  if (grant !== 'client_credentials' || parameters === null) {
    oauth2.dismiss();
    draft.hinder(
      `its module '${name}' has oauth2 with another grant than client_credentials, which Everytick does not do`,
    );
  } else if (Object.keys(user).length > 0) {
    draft.hinder(`its module '${name}' has a user in token_url, whom Everytick does not send there`);
  } else if (secret === null || url === undefined || id === undefined) {
    draft.hinder(`its module '${name}' has oauth2 without client_id, client_secret or token_url`);
  } else {
    draft.set('auth', {
      oauth2: {
        token_url: url,
        client_id: id,
        client_secret: secret,
        ...(scopes.length === 0 ? {} : { scopes }),
        ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
      },
    });
    const why =
      "the client proves who it is in a header; where the server wants it in the body: 'client_authentication: body'";
    optionChanged(report, oauth2, why);
  }
}

/** Null where they ask for another grant. */
function parametersOf({ report }: ModuleReading, oauth2: SourceValue): Record<string, string> | null {
  const parameters: Record<string, string> = {};
  for (const [key, value] of oauth2.get('endpoint_params')?.entries ?? []) {
    if (key === 'grant_type' && value.text !== 'client_credentials') return null;
    if (key === 'grant_type') continue;
    if (value.text === undefined) optionLeftOut(report, value, 'is no text');
    else parameters[key] = value.text;
  }
  return parameters;
}

/** The file of the two, else a variable for the text; null where there is neither. */
function secretOf(
  { secrets, report }: ModuleReading,
  source: SourceValue,
  key: string,
  fileKey: string,
  words: readonly string[],
): SecretText | null {
  const value = source.get(key);
  const file = source.get(fileKey);
  if (value?.text !== undefined && value.text !== '')
    return secrets.reference(value.text, words, value.where, key, null);
  return file?.text === undefined ? null : fileReference(file, report);
}
