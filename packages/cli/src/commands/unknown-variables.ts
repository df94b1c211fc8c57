// Variables that look like settings of Everytick and are none: misspelt ones, most likely.

import {
  closestWord,
  coordinatorSettings,
  databaseSettings,
  type Environment,
  listenSettings,
  logSettings,
  workerSettings,
} from '@everytick/core';

const known = [databaseSettings, listenSettings, logSettings, workerSettings, coordinatorSettings].flatMap((settings) =>
  Object.values(settings).map((setting) => setting.variable),
);

const { variable: secretPrefixVariable, defaultText: defaultSecretPrefix } = workerSettings.secretEnvPrefix;

/** A sentence for each. No error: a newer version of a shared environment may know more than this one. */
export function unknownVariables(environment: Environment): string[] {
  const secretPrefix = environment[secretPrefixVariable] || defaultSecretPrefix;
  return Object.keys(environment)
    .filter((name) => name.startsWith('EVERYTICK_') && !name.startsWith(secretPrefix) && !known.includes(name))
    .map((name) => {
      const meant = closestWord(name, known);
      return `${name} is no setting${meant === null ? '' : `; did you mean ${meant}?`}`;
    });
}
