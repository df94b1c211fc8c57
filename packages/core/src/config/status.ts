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
} as const;
