// Labels of targets on the command line: --label team=shop.

import { EverytickError } from '@everytick/core';

/** Throws `usage` for what is no pair, or a name that is given twice. */
export function labelsOf(given: readonly string[]): Record<string, string> {
  const labels = new Map<string, string>();
  for (const pair of given) {
    const equals = pair.indexOf('=');
    if (equals < 1) {
      throw new EverytickError('usage', `--label '${pair}' has to be a name and a value, such as team=shop`);
    }
    const name = pair.slice(0, equals).trim();
    if (labels.has(name)) throw new EverytickError('usage', `--label: '${name}' is given more than once`);
    labels.set(name, pair.slice(equals + 1).trim());
  }
  return Object.fromEntries(labels);
}
