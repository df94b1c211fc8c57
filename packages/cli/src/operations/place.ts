// Where a command works: at an API, at the database that is set, or at that of the `everytick up` running in this folder.

import { isIPv4 } from 'node:net';
import {
  apiUrlAllowed,
  clientSettings,
  type Environment,
  EverytickError,
  isApiUrl,
  readSettings,
} from '@everytick/core';
import { type Command, Option } from 'commander';

export interface PlaceFlags {
  readonly api?: string;
  readonly database?: true;
  readonly apiInsecure?: true;
}

export interface ApiPlace {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string | null;
}

const group = 'Where it works:';

export function addPlaceFlags(command: Command): Command {
  return command
    .addOption(new Option('--api <url>', 'at this API of a coordinator').helpGroup(group))
    .addOption(new Option('--database', 'at the database, where EVERYTICK_API_URL is set as well').helpGroup(group))
    .addOption(
      new Option('--api-insecure', 'send the token even where the way to the API is not encrypted').helpGroup(group),
    );
}

export const placeHelp = `
It works at the API of a coordinator (--api or EVERYTICK_API_URL, with the token of
EVERYTICK_API_TOKEN), or straight at the database: the one in EVERYTICK_DATABASE_URL
or, without it, that of the "everytick up" that runs in this folder.`;

/** The API that is asked for, or null if it is to be the database. Throws `usage`, `config_invalid`. */
export function apiPlace(flags: PlaceFlags, environment: Environment): ApiPlace | null {
  if (flags.api !== undefined && flags.database) {
    throw new EverytickError('usage', 'give either --api URL or --database, not both');
  }
  if (flags.database) return null;
  const variable = clientSettings.apiUrl.variable;
  if (flags.api === undefined && !environment[variable]) return null;
  if (flags.api === undefined && environment['EVERYTICK_DATABASE_URL']) {
    throw new EverytickError(
      'config_invalid',
      `${variable} and EVERYTICK_DATABASE_URL are both set; say which is meant with --api URL or --database, or unset one`,
    );
  }
  if (flags.api !== undefined && !isApiUrl(flags.api)) {
    throw new EverytickError('usage', `--api has to be ${apiUrlAllowed}`);
  }
  const given = flags.api === undefined ? environment : { ...environment, [variable]: flags.api };
  const { apiUrl, apiToken, apiInsecure } = readSettings(clientSettings, given);
  const place = { url: apiUrl.replace(/\/+$/, '').replace(/\/api\/v1$/, ''), token: apiToken === '' ? null : apiToken };
  if (place.token !== null && isReadable(new URL(apiUrl)) && !flags.apiInsecure && apiInsecure === 'off') {
    throw new EverytickError(
      'config_invalid',
      `the way to ${new URL(apiUrl).origin} is not encrypted: whoever listens there gets the token. Give an https URL or, ` +
        `where the way is safe, --api-insecure or ${clientSettings.apiInsecure.variable}=on`,
    );
  }
  return place;
}

/** Whether others could read what is sent there. */
function isReadable({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return false;
  const own = hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'));
  return !own && !/^(.+\.)?localhost$/.test(hostname);
}
