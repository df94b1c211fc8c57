// What is logged, and how.

import { choiceSetting, type Environment, readSettings } from './setting.ts';

export interface LogConfig {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly format: 'json' | 'pretty';
}

export const logSettings = {
  level: choiceSetting(
    'EVERYTICK_LOG_LEVEL',
    ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    'info',
    'The least severe messages that are logged.',
  ),
  format: choiceSetting(
    'EVERYTICK_LOG_FORMAT',
    ['auto', 'json', 'pretty'],
    'auto',
    'JSON lines, or lines for people; `auto` is `pretty` in a terminal and `json` elsewhere.',
  ),
} as const;

export function readLogConfig(environment: Environment): LogConfig {
  const { level, format } = readSettings(logSettings, environment);
  return { level, format: format === 'auto' ? (process.stdout.isTTY ? 'pretty' : 'json') : format };
}
