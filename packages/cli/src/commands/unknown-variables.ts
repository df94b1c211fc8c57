// Variables that look like settings of Everytick and are none: misspelt ones, most likely.

import {
  clientSettings,
  closestWord,
  coordinatorSettings,
  databaseSettings,
  type Environment,
  listenSettings,
  logSettings,
  workerSettings,
} from '@everytick/core';

const known = [
  databaseSettings,
  listenSettings,
  logSettings,
  workerSettings,
  coordinatorSettings,
  clientSettings,
].flatMap((settings) => Object.values(settings).map((setting) => setting.variable));

const { variable: secretPrefixVariable, defaultText: defaultSecretPrefix } = workerSettings.secretEnvPrefix;

/** For configuration files: see core's configuration/variables.ts. */
const variablePrefix = 'EVERYTICK_VAR_';

export interface UnknownVariable {
  readonly name: string;
  /** A sentence for people, with the setting that is close to it. */
  readonly warning: string;
}

/** No error: a newer version of a shared environment may know more than this one. */
export function unknownVariables(environment: Environment): UnknownVariable[] {
  const secretPrefix = environment[secretPrefixVariable] || defaultSecretPrefix;
  const others = [secretPrefix, variablePrefix];
  return Object.keys(environment)
    .filter((name) => name.startsWith('EVERYTICK_') && !others.some((prefix) => name.startsWith(prefix)))
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = closestWord(name, known);
      return { name, warning: `${name} is no setting${meant === null ? '' : `; did you mean ${meant}?`}` };
    });
}
