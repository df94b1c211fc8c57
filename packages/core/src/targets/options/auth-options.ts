// Who the worker says it is: exactly one of basic, bearer and oauth2.

import { z } from 'zod';
import type { AuthOptions } from '../../domain/check-options.ts';
import {
  choice,
  listOf,
  longestList,
  reject,
  report,
  shown,
  text,
  textProblem,
  wrongTypeSentence,
} from '../field-rules.ts';
import { exactlyOne, mapping } from '../mapping.ts';
import type { TargetRules } from '../target-rules.ts';
import { privateText, publicText, type SecretTextRules, secretText } from './secret-text.ts';
import { httpUrl } from './web-url.ts';

const authExample = 'a mapping such as {bearer: {env: EVERYTICK_SECRET_SHOP}}';
const basicExample = 'a mapping such as {username: me, password: {env: EVERYTICK_SECRET_SHOP}}';
const oauth2Example =
  'a mapping such as {token_url: https://login.example/token, client_id: me, client_secret: {env: EVERYTICK_SECRET_SHOP}}';

const synonyms = { basic_auth: 'basic', token: 'bearer', bearer_token: 'bearer', oauth: 'oauth2' };
const oauth2Synonyms = { url: 'token_url', id: 'client_id', secret: 'client_secret', scope: 'scopes' };

/** RFC 7617, 2: the first colon is where the password begins. */
const userName: SecretTextRules = {
  what: 'a text',
  problem: (literal) => (literal.includes(':') ? 'has a colon in it, which a user name cannot have' : null),
};

/** Sent by what the other fields say. */
const ownParameters = new Set(['grant_type', 'client_id', 'client_secret', 'scope']);

export function authOptionsWith(rules: TargetRules) {
  const basic = mapping(
    {
      username: secretText(rules, userName),
      password: secretText(rules, privateText('a text')),
    },
    basicExample,
    { user: 'username', name: 'username', login: 'username', pass: 'password' },
  );
  const oauth2 = mapping(
    {
      token_url: httpUrl('an http or https URL such as https://login.example/token'),
      client_id: secretText(rules, publicText('a text')),
      client_secret: secretText(rules, privateText('a text')),
      scopes: listOf(text('a text such as read'), 'a list such as [read, write]').optional(),
      parameters: z
        .custom<Record<string, string>>(() => true)
        .transform(parametersOf)
        .optional(),
      client_authentication: choice(['basic', 'body']).optional(),
    },
    oauth2Example,
    oauth2Synonyms,
  ).transform(({ scopes = [], parameters = {}, client_authentication, ...given }) => ({
    ...given,
    ...(scopes.length === 0 ? {} : { scopes: [...new Set(scopes)] }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...(client_authentication === 'body' ? { client_authentication } : {}),
  }));
  return mapping(
    {
      basic: basic.optional(),
      bearer: secretText(rules, privateText('a token')).optional(),
      oauth2: oauth2.optional(),
    },
    authExample,
    synonyms,
  ).transform((given, context): AuthOptions => exactlyOne(given, ['basic', 'bearer', 'oauth2'], context));
}

function parametersOf(given: unknown, context: z.RefinementCtx): Record<string, string> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return reject(context, wrongTypeSentence(given, 'a mapping such as {audience: https://api.example/}'));
  }
  const entries = Object.entries(given);
  if (entries.length > longestList) {
    return reject(context, `has ${entries.length} entries; allowed are ${longestList}`);
  }
  for (const [name, value] of entries) {
    if (ownParameters.has(name)) {
      const instead = name === 'grant_type' ? 'it is always client_credentials' : 'it has a field of its own';
      report(context, `'${name}' cannot be set here: ${instead}`, [name]);
    } else if (typeof value !== 'string') {
      report(context, wrongTypeSentence(value, 'a text (in quotes, if it looks like something else)'), [name]);
    } else {
      const problem = textProblem(name) ?? textProblem(value);
      if (problem !== null) report(context, `'${shown(name)}' ${problem}`, [name]);
    }
  }
  return Object.fromEntries(entries);
}
