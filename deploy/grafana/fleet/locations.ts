// Who is there to run checks, and what waits for them.

import type { Row } from '../dashboard.ts';
import { lines } from '../panels.ts';
import { of } from './queries.ts';

export const locations: Row = {
  title: 'Locations',
  panels: [
    lines({
      title: 'Backlog',
      description: 'Ticks that are due and claimed by nobody, by location. 0 while workers keep up.',
      unit: 'short',
      queries: [{ expr: of('location:everytick_location_due_ticks:max'), legend: '{{location}}' }],
      width: 6,
    }),
    lines({
      title: 'Oldest due tick',
      description: 'How long the oldest of them has been due.',
      unit: 's',
      queries: [{ expr: of('location:everytick_location_oldest_due_age_seconds:max'), legend: '{{location}}' }],
      width: 6,
    }),
    lines({
      title: 'Workers',
      description: 'Workers of each location that the database has heard of within 15 seconds.',
      unit: 'short',
      queries: [{ expr: of('location:everytick_location_workers:max'), legend: '{{location}}' }],
      width: 6,
      decimals: 0,
    }),
    lines({
      title: 'Targets',
      description: 'Targets that are checked from each location, paused ones included.',
      unit: 'short',
      queries: [{ expr: of('location:everytick_location_targets:max'), legend: '{{location}}' }],
      width: 6,
      decimals: 0,
    }),
  ],
};
