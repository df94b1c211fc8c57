// Where a coordinator finds the targets that it keeps the database in line with.

import { z } from 'zod';
import { sourceNameAllowed, sourceNamePattern } from '../apply/target-set.ts';
import type { Setting } from './setting.ts';

export const configurationSettings = {
  configPath: {
    variable: 'EVERYTICK_CONFIG_PATH',
    schema: z.string().transform((path) => (path === '' ? null : path)),
    allowed: 'the path of a configuration file, or of a directory of them',
    defaultText: '',
    defaultShown: 'none',
    meaning:
      'A configuration file, or a directory of them, that coordinators apply at the start and whenever it changes; targets of its source that it no longer declares are removed.',
  } satisfies Setting<string | null>,
  configSource: {
    variable: 'EVERYTICK_CONFIG_SOURCE',
    schema: z.string().regex(sourceNamePattern),
    allowed: `the name of a source: ${sourceNameAllowed}`,
    defaultText: 'config',
    meaning: 'To which source its targets belong, where the configuration does not say so itself.',
  } satisfies Setting<string>,
} as const;
