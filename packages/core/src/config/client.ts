// The environment variables of commands that work at an API.

import { z } from 'zod';
import { choiceSetting, type Setting } from './setting.ts';

export const apiUrlAllowed = 'a URL like https://everytick.example.org, without user, password and query';

/** Whether commands can work there. */
export function isApiUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}

export const clientSettings = {
  apiUrl: {
    variable: 'EVERYTICK_API_URL',
    schema: z.string().refine(isApiUrl),
    allowed: apiUrlAllowed,
    defaultText: undefined,
    meaning: 'The API of a coordinator, for short commands that are to work there and not at the database.',
  } satisfies Setting<string>,
  apiToken: {
    variable: 'EVERYTICK_API_TOKEN',
    schema: z.string().regex(/^[\x21-\x7e]*$/),
    allowed: 'a token as "everytick tokens create" prints it',
    defaultText: '',
    defaultShown: '',
    meaning: 'The token that they send.',
    secret: true,
  } satisfies Setting<string>,
  apiInsecure: choiceSetting(
    'EVERYTICK_API_INSECURE',
    ['off', 'on'],
    'off',
    'Whether they send it over plain http to other machines as well, where anybody on the way can read it.',
  ),
} as const;
