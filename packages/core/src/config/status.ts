// Where a process serves /metrics, /healthz and /readyz.

import { z } from 'zod';
import { integerSetting, type Setting } from './setting.ts';

export const statusSettings = {
  statusHost: {
    variable: 'EVERYTICK_STATUS_HOST',
    schema: z.string().min(1),
    allowed: 'an address to listen on',
    defaultText: '127.0.0.1',
    meaning: 'The address on which /metrics, /healthz and /readyz are served; 0.0.0.0 in a container.',
  } satisfies Setting<string>,
  statusPort: integerSetting(
    'EVERYTICK_STATUS_PORT',
    { min: 0, max: 65_535, defaultValue: 0, unit: 'a port (0 lets the system choose)' },
    'The port for these. 0 lets the system choose a free one; the log says which.',
  ),
  revision: {
    variable: 'EVERYTICK_REVISION',
    schema: z.string().regex(/^[\w.+-]{1,100}$/),
    allowed: 'letters, digits and any of . _ + - (at most 100)',
    defaultText: 'unknown',
    meaning: 'What this build was made of, such as a commit, for `everytick_build_info`; images set it themselves.',
  } satisfies Setting<string>,
} as const;
