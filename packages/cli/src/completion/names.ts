// Names of targets and locations for completion: from where the command that is being written would work.

import type { Command } from 'commander';
import type { PlaceFlags } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import type { NameSource, Subject } from './complete.ts';

/** Nobody waits longer for the tab key. */
const longestMs = 1_000;
const mostNames = 200;

export const storedNames: NameSource = {
  async names(subject, command, words) {
    let late: NodeJS.Timeout | undefined;
    const nothing = new Promise<readonly string[]>((resolve) => {
      late = setTimeout(() => resolve([]), longestMs);
    });
    try {
      return await Promise.race([lookUp(subject, command, words).catch(() => []), nothing]);
    } finally {
      clearTimeout(late);
    }
  },
};

function lookUp(subject: Subject, command: Command, words: readonly string[]): Promise<readonly string[]> {
  return withOperations(placeOf(words), async (operations) => {
    if (subject === 'location') return (await operations.locations()).map(({ name }) => name);
    const begun = (words.at(-1) ?? '').replace(/^--[^=]+=/, '');
    const filter = { ...(begun === '' ? {} : { search: begun }), deleted: command.name() === 'restore' };
    const { targets } = await operations.targetPage(filter, { limit: mostNames });
    return targets.map(({ name }) => name);
  });
}

function placeOf(words: readonly string[]): PlaceFlags {
  const at = words.indexOf('--api');
  const api =
    words.find((word) => word.startsWith('--api='))?.slice('--api='.length) ?? (at < 0 ? undefined : words[at + 1]);
  return {
    ...(api === undefined ? {} : { api }),
    ...(words.includes('--database') ? { database: true } : {}),
    ...(words.includes('--api-insecure') ? { apiInsecure: true } : {}),
  };
}
