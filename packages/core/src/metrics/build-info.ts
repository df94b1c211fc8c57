// Which version of Everytick this is.

import { readFileSync } from 'node:fs';

/** All packages have the same one. */
export const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};
