// How to reach PostgreSQL.

import { z } from 'zod';
import { EverytickError } from '../domain/error.ts';
import { choiceSetting, type Environment, readSettings, type Setting } from './setting.ts';

/** What stands between us and PostgreSQL: nothing, or a pooler that gives out its connections for a transaction each. */
export type Pooler = 'none' | 'transaction';

export interface DatabaseConfig {
  readonly databaseUrl: string;
  /** What databaseUrl leads to. */
  readonly pooler: Pooler;
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
  pooler: choiceSetting<Pooler>(
    'EVERYTICK_POOLER',
    ['none', 'transaction'],
    'none',
    'What stands between Everytick and PostgreSQL at EVERYTICK_DATABASE_URL: nothing, or a pooler in transaction mode such as PgBouncer, which needs EVERYTICK_LISTEN_URL as well.',
  ),
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

/** Throws `config_invalid`. */
export function readDatabaseConfig(environment: Environment): DatabaseConfig {
  const { databaseUrl, pooler } = readSettings(databaseSettings, environment);
  const hasListenUrl = Boolean(environment[listenSettings.listenUrl.variable]);
  if (pooler === 'transaction' && !hasListenUrl) {
    throw new EverytickError(
      'config_invalid',
      'EVERYTICK_POOLER is "transaction", but EVERYTICK_LISTEN_URL is not set; it must be a direct connection to the ' +
        'same database, for neither LISTEN nor the locks of leadership and migrations work through such a pooler',
    );
  }
  const listenUrl = hasListenUrl ? readSettings(listenSettings, environment).listenUrl : databaseUrl;
  return { databaseUrl, pooler, listenUrl };
}
