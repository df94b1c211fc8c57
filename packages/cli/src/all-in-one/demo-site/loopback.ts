// Checks of the demonstration site have to reach this machine, which is closed to checks unless somebody opens it.

import { type Environment, workerSettings } from '@everytick/core';
import { loopbackCidrs } from '@everytick/worker';

/** The setting that opens loopback beside what this environment opens. What it denies stays denied. */
export function loopbackOpened(environment: Environment): Record<string, string> {
  const { variable } = workerSettings.egressAllow;
  return { [variable]: [environment[variable] ?? '', ...loopbackCidrs].join(' ').trim() };
}
