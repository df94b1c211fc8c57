// Variables that look like settings of Everytick and are none: misspelt ones, most likely.

import {
  coordinatorSettings,
  databaseSettings,
  type Environment,
  listenSettings,
  logSettings,
  workerSettings,
} from '@everytick/core';
import { closestWord } from '../targets-file/closest-word.ts';

const known = [databaseSettings, listenSettings, logSettings, workerSettings, coordinatorSettings].flatMap((settings) =>
  Object.values(settings).map((setting) => setting.variable),
);

/** A sentence for each. No error: a newer version of a shared environment may know more than this one. */
export function unknownVariables(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('EVERYTICK_') && !known.includes(name))
    .map((name) => {
      const meant = closestWord(name, known);
      return `${name} is no setting${meant === null ? '' : `; did you mean ${meant}?`}`;
    });
}
