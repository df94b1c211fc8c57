// How to reach PostgreSQL.

import { z } from 'zod';
import { type Environment, readSettings, type Setting } from './setting.ts';

export interface DatabaseConfig {
  readonly databaseUrl: string;
  /** For LISTEN and for the leader's lock, neither of which works through a transaction-mode pooler. */
  readonly listenUrl: string;
}

const postgresUrl = z.string().refine((text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol));
const allowed = 'a URL like postgres://user:password@host:5432/database';

export const databaseSettings = {
  databaseUrl: {
    variable: 'EVERYTICK_DATABASE_URL',
    schema: postgresUrl,
    allowed,
    defaultText: undefined,
    meaning: 'The PostgreSQL database, 15 or newer.',
    secret: true,
  } satisfies Setting<string>,
} as const;

export const listenSettings = {
  listenUrl: {
    variable: 'EVERYTICK_LISTEN_URL',
    schema: postgresUrl,
    allowed,
    defaultText: undefined,
    meaning:
      'A direct connection to the same database, for LISTEN and for leadership, where EVERYTICK_DATABASE_URL leads to a pooler. Without it EVERYTICK_DATABASE_URL is used.',
    secret: true,
  } satisfies Setting<string>,
} as const;

export function readDatabaseConfig(environment: Environment): DatabaseConfig {
  const { databaseUrl } = readSettings(databaseSettings, environment);
  const listenUrl = environment[listenSettings.listenUrl.variable]
    ? readSettings(listenSettings, environment).listenUrl
    : databaseUrl;
  return { databaseUrl, listenUrl };
}
