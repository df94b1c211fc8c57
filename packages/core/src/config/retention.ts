// For how long results, hours and days are kept.

import { integerSetting } from './setting.ts';

export const retentionSettings = {
  retentionRawDays: integerSetting(
    'EVERYTICK_RETENTION_RAW_DAYS',
    { min: 0, max: 36_500, defaultValue: 14, unit: 'days' },
    'For how many whole days (UTC) the ledger keeps its results; 0: for ever.',
  ),
  retentionHourlyMonths: integerSetting(
    'EVERYTICK_RETENTION_HOURLY_MONTHS',
    { min: 0, max: 1_200, defaultValue: 13, unit: 'months' },
    'For how many whole months (UTC) rollups of hours are kept; 0: for ever.',
  ),
  retentionDailyYears: integerSetting(
    'EVERYTICK_RETENTION_DAILY_YEARS',
    { min: 0, max: 100, defaultValue: 0, unit: 'years' },
    'For how many whole years (UTC) rollups of days are kept; 0: for ever.',
  ),
} as const;
