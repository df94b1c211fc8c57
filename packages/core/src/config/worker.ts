// The settings of a worker.

import { hostname } from 'node:os';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { defaultLocation, locationNameAllowed, locationNamePattern } from '../domain/location-name.ts';
import { type DatabaseConfig, databaseSettings, listenSettings, readDatabaseConfig } from './database.ts';
import { networkListSetting } from './network-list-setting.ts';
import {
  choiceSetting,
  type Environment,
  integerSetting,
  readSettings,
  readTogether,
  type Setting,
} from './setting.ts';
import { statusSettings } from './status.ts';

/** What no target may refer to. */
const urlsWithPasswords = [databaseSettings.databaseUrl.variable, listenSettings.listenUrl.variable];

export const workerSettings = {
  location: {
    variable: 'EVERYTICK_LOCATION',
    schema: z.string().regex(locationNamePattern),
    allowed: locationNameAllowed,
    defaultText: defaultLocation,
    meaning: 'Where this worker is. It claims the checks of its own location only.',
  } satisfies Setting<string>,
  workerName: {
    variable: 'EVERYTICK_WORKER_NAME',
    schema: z.string().max(200),
    allowed: 'at most 200 characters',
    defaultText: `${hostname()}-${process.pid}`,
    defaultShown: 'host name and process id',
    meaning: 'How this worker is called in the database and in logs.',
  } satisfies Setting<string>,
  maxInFlight: integerSetting(
    'EVERYTICK_MAX_IN_FLIGHT',
    { min: 1, max: 10_000, defaultValue: 500, unit: 'checks' },
    'How many checks one worker holds at a time, from claim to commit; fewer while its process or the database is slow.',
  ),
  maxInFlightPerHost: integerSetting(
    'EVERYTICK_MAX_IN_FLIGHT_PER_HOST',
    { min: 1, max: 10_000, defaultValue: 100, unit: 'checks' },
    'How many checks of one host (name and port) one worker carries out at a time. As many again may wait for a moment; beyond that ticks of that host are `missed`. Less than half of EVERYTICK_MAX_IN_FLIGHT keeps one slow host from taking all of it.',
  ),
  horizonMs: integerSetting(
    'EVERYTICK_HORIZON_MS',
    { min: 100, max: 5_000, defaultValue: 500, unit: 'milliseconds' },
    'How far ahead of their instant ticks are claimed.',
  ),
  fallbackMs: integerSetting(
    'EVERYTICK_FALLBACK_MS',
    { min: 100, max: 60_000, defaultValue: 2_000, unit: 'milliseconds' },
    'After how long without a notification a worker looks for due checks by itself (jittered by a quarter).',
  ),
  flushDelayMs: integerSetting(
    'EVERYTICK_FLUSH_DELAY_MS',
    { min: 0, max: 5_000, defaultValue: 200, unit: 'milliseconds' },
    'How long a result waits for others to be written with it.',
  ),
  leaseMarginMs: integerSetting(
    'EVERYTICK_LEASE_MARGIN_MS',
    { min: 1_000, max: 60_000, defaultValue: 5_000, unit: 'milliseconds' },
    "How long after a target's own timeout its lease expires: the time there is to report a result.",
  ),
  drainTimeoutMs: integerSetting(
    'EVERYTICK_DRAIN_TIMEOUT_MS',
    { min: 0, max: 600_000, defaultValue: 30_000, unit: 'milliseconds' },
    'How long a worker that was told to stop may take to finish and report what it has begun.',
  ),
  bodyLimitBytes: integerSetting(
    'EVERYTICK_BODY_LIMIT_BYTES',
    { min: 1_024, max: 67_108_864, defaultValue: 1_048_576, unit: 'bytes' },
    'How much of a body is read.',
  ),
  databaseConnections: integerSetting(
    'EVERYTICK_DATABASE_CONNECTIONS',
    { min: 1, max: 20, defaultValue: 2, unit: 'connections' },
    'The largest number of database connections of one worker, beside the one that listens.',
  ),
  tickHeader: choiceSetting(
    'EVERYTICK_TICK_HEADER',
    ['on', 'off'],
    'off',
    "Sends each request's tick in the header `everytick-tick`, so that a server can balance its books against the ledger.",
  ),
  egressAllow: networkListSetting(
    'EVERYTICK_EGRESS_ALLOW',
    'Where checks may connect of what is closed to them: loopback, private, link-local and reserved addresses. Cloud metadata addresses stay closed.',
  ),
  egressDeny: networkListSetting(
    'EVERYTICK_EGRESS_DENY',
    'Where checks may not connect, whatever EVERYTICK_EGRESS_ALLOW opens.',
  ),
  secretEnvPrefix: {
    variable: 'EVERYTICK_SECRET_ENV_PREFIX',
    schema: z
      .string()
      .regex(/^[A-Za-z_]\w*$/)
      .refine((prefix) => !urlsWithPasswords.some((variable) => variable.startsWith(prefix))),
    allowed: `letters, digits and underscores, no digit first, and not the beginning of ${urlsWithPasswords.join(' or ')}`,
    defaultText: 'EVERYTICK_SECRET_',
    meaning: 'How the names of those environment variables of the worker begin that targets may refer to as secrets.',
  } satisfies Setting<string>,
  secretDir: {
    variable: 'EVERYTICK_SECRET_DIR',
    schema: z.string().refine(isAbsolute),
    allowed: 'an absolute path',
    defaultText: '/run/secrets',
    meaning: 'The directory with the files that targets may refer to as secrets.',
  } satisfies Setting<string>,
  ...statusSettings,
} as const;

export type WorkerConfig = ReturnType<typeof readWorkerConfig>;

/** Throws `config_invalid` that names every wrong variable. */
export function readWorkerConfig(environment: Environment) {
  const [database, { tickHeader, ...values }] = readTogether(
    (): DatabaseConfig => readDatabaseConfig(environment),
    () => readSettings(workerSettings, environment),
  );
  return { ...database, ...values, tickHeader: tickHeader === 'on' };
}
