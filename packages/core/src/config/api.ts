// Where and how a coordinator serves the API.

import { z } from 'zod';
import { looksLikeToken } from '../tokens/token-secret.ts';
import { choiceSetting, integerSetting, type Setting } from './setting.ts';

export const apiSettings = {
  api: choiceSetting('EVERYTICK_API', ['on', 'off'], 'on', 'Whether the API is served.'),
  apiHost: {
    variable: 'EVERYTICK_API_HOST',
    schema: z.string().min(1),
    allowed: 'an address to listen on',
    defaultText: '127.0.0.1',
    meaning:
      'The address on which the API is served. Anything but loopback needs a token (`everytick tokens create`, or EVERYTICK_API_FIRST_TOKEN): without one in the database the coordinator refuses to start.',
  } satisfies Setting<string>,
  apiPort: integerSetting(
    'EVERYTICK_API_PORT',
    { min: 0, max: 65_535, defaultValue: 0, unit: 'a port (0 lets the system choose)' },
    'The port for it. 0 lets the system choose a free one; the log says which.',
  ),
  apiFirstToken: {
    variable: 'EVERYTICK_API_FIRST_TOKEN',
    schema: z
      .string()
      .refine((text) => text === '' || looksLikeToken(text))
      .transform((text) => (text === '' ? null : text)),
    allowed: 'a token as `everytick tokens generate` prints it',
    defaultText: '',
    defaultShown: '',
    meaning:
      'A token that may do everything, for an installation to begin with: a coordinator adds it as `first` when it starts, unless it is there. Once revoked it stays so.',
    secret: true,
  } satisfies Setting<string | null>,
  apiRateLimit: integerSetting(
    'EVERYTICK_API_RATE_LIMIT',
    { min: 1, max: 10_000_000, defaultValue: 1_200, unit: 'requests' },
    'How many requests a minute the API takes with one token, or from one address without a token.',
  ),
  apiBodyLimitBytes: integerSetting(
    'EVERYTICK_API_BODY_LIMIT_BYTES',
    { min: 1_024, max: 33_554_432, defaultValue: 1_048_576, unit: 'bytes' },
    'How large the body of a request to the API may be; those that plan and apply whole sets of targets may have 32 MiB.',
  ),
} as const;
