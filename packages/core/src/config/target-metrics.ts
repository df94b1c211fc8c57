// Whether a coordinator serves a series of each target.

import { choiceSetting, integerSetting } from './setting.ts';

export const targetMetricsSettings = {
  targetMetrics: choiceSetting(
    'EVERYTICK_TARGET_METRICS',
    ['on', 'off'],
    'off',
    'Whether the leader serves series of each target at /metrics/targets, under the names of blackbox_exporter.',
  ),
  targetMetricsLimit: integerSetting(
    'EVERYTICK_TARGET_METRICS_LIMIT',
    { min: 1, max: 50_000, defaultValue: 10_000, unit: 'pairs' },
    'Of how many pairs of target and location, the oldest targets first; `everytick_target_metrics_truncated` says how many are left out.',
  ),
} as const;
