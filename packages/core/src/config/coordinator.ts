// The settings of a coordinator.

import { variablesOf } from '../configuration/scopes.ts';
import { apiSettings } from './api.ts';
import { configurationSettings } from './configuration-path.ts';
import { type DatabaseConfig, readDatabaseConfig } from './database.ts';
import { retentionSettings } from './retention.ts';
import { type Environment, integerSetting, readSettings, readTogether } from './setting.ts';
import { statusSettings } from './status.ts';
import { targetMetricsSettings } from './target-metrics.ts';

export const coordinatorSettings = {
  partitionDaysAhead: integerSetting(
    'EVERYTICK_PARTITION_DAYS_AHEAD',
    { min: 1, max: 60, defaultValue: 7, unit: 'days' },
    'For how many days ahead the ledger has its partitions.',
  ),
  verifyIntervalS: integerSetting(
    'EVERYTICK_VERIFY_INTERVAL_S',
    { min: 1, max: 86_400, defaultValue: 300, unit: 'seconds' },
    'How often the leader proves that every tick is accounted for.',
  ),
  verifyWindowS: integerSetting(
    'EVERYTICK_VERIFY_WINDOW_S',
    { min: 60, max: 604_800, defaultValue: 900, unit: 'seconds' },
    'How far back each of these proofs reaches.',
  ),
  ...retentionSettings,
  ...configurationSettings,
  ...apiSettings,
  ...targetMetricsSettings,
  ...statusSettings,
} as const;

export type CoordinatorConfig = DatabaseConfig &
  ReturnType<typeof readSettings<typeof coordinatorSettings>> & {
    /** What of the environment configuration files reach. */
    readonly configVariables: Environment;
  };

/** Throws `config_invalid` that names every wrong variable. */
export function readCoordinatorConfig(environment: Environment): CoordinatorConfig {
  const [database, values] = readTogether(
    () => readDatabaseConfig(environment),
    () => readSettings(coordinatorSettings, environment),
  );
  return { ...database, ...values, configVariables: variablesOf(environment) };
}
