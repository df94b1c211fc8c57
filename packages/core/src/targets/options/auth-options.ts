// Who the worker says it is: exactly one of basic, bearer and oauth2.

import { z } from 'zod';
import type { AuthOptions } from '../../domain/check-options.ts';
import { alsoWritten, described, writtenAs } from '../described.ts';
import {
  choice,
  listOf,
  longestList,
  longestText,
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
  pattern: '^[^:]*$',
  problem: (literal) => (literal.includes(':') ? 'has a colon in it, which a user name cannot have' : null),
};

/** Sent by what the other fields say. */
const ownParameters = new Set(['grant_type', 'client_id', 'client_secret', 'scope']);

export function authOptionsWith(rules: TargetRules) {
  const basic = mapping(
    {
      username: described(secretText(rules, userName), {
        description: 'Who asks; no colon in it.',
        examples: ['everytick'],
      }),
      password: described(secretText(rules, privateText('a text')), {
        description: 'The password of that user.',
        examples: [{ env: 'EVERYTICK_SECRET_SHOP' }],
      }),
    },
    basicExample,
    { user: 'username', name: 'username', login: 'username', pass: 'password' },
  );
  const oauth2 = mapping(
    {
      token_url: described(httpUrl('an http or https URL such as https://login.example/token'), {
        description: 'Where tokens are asked for.',
        allowed: 'an http or https URL without user and password',
        examples: ['https://login.example/token'],
      }),
      client_id: described(secretText(rules, publicText('a text')), {
        description: 'Which client asks.',
        examples: ['everytick'],
      }),
      client_secret: described(secretText(rules, privateText('a text')), {
        description: 'What only that client knows.',
        examples: [{ file: 'orders/client_secret' }],
      }),
      scopes: described(listOf(text('a text such as read'), 'a list such as [read, write]'), {
        description: 'The scopes that are asked for.',
        otherwise: 'none',
        examples: [['orders.read']],
      }).optional(),
      parameters: described(writtenAs(parameters(), writtenParameters), {
        description: 'More parameters of the token request, such as `audience`.',
        otherwise: 'none',
        examples: [{ audience: 'https://api.example/' }],
      }).optional(),
      client_authentication: described(choice(['basic', 'body']), {
        description: 'Where the client proves who it is: in the Authorization header (basic) or in the body.',
        default: 'basic',
      }).optional(),
    },
    oauth2Example,
    oauth2Synonyms,
  ).transform(({ scopes = [], parameters = {}, client_authentication, ...given }) => ({
    ...given,
    ...(scopes.length === 0 ? {} : { scopes: [...new Set(scopes)] }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...(client_authentication === 'body' ? { client_authentication } : {}),
  }));
  const auth = mapping(
    {
      basic: described(basic, { description: 'User name and password (RFC 7617).' }).optional(),
      bearer: described(secretText(rules, privateText('a token')), {
        description: 'A token (RFC 6750).',
        examples: [{ env: 'EVERYTICK_SECRET_SHOP' }],
      }).optional(),
      oauth2: described(oauth2, {
        description:
          'A token that the worker asks for with client credentials (RFC 6749, 4.4), and keeps until it expires.',
      }).optional(),
    },
    authExample,
    synonyms,
  ).transform((given, context): AuthOptions => exactlyOne(given, ['basic', 'bearer', 'oauth2'], context));
  return described(alsoWritten(auth, { minProperties: 1, maxProperties: 1 }), {
    description: 'Who the worker says it is: exactly one of basic, bearer and oauth2.',
    otherwise: 'nobody',
    examples: [{ bearer: { env: 'EVERYTICK_SECRET_SHOP' } }],
  });
}

function parameters() {
  return z.custom<Record<string, string>>(() => true).transform(parametersOf);
}

const writtenParameters = {
  type: 'object',
  propertyNames: { not: { enum: [...ownParameters] }, maxLength: longestText },
  additionalProperties: { type: 'string', maxLength: longestText },
  maxProperties: longestList,
};

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
