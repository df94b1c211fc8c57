// What is said of targets that a source has and its files do not declare any more.

import type { PlanResource } from '@everytick/core';
import { counted } from '../output/format.ts';
import { shownValue } from './plan-value.ts';

const mostNamed = 10;

/** One line, or none. */
export function undeclaredLine({ source, undeclared }: PlanResource): string[] {
  if (undeclared.length === 0) return [];
  const [are, stay, them] = undeclared.length === 1 ? ['is', 'stays', 'it'] : ['are', 'stay', 'them'];
  const names = undeclared.slice(0, mostNamed).map(shownValue).join(', ');
  const more = undeclared.length > mostNamed ? ` and ${counted(undeclared.length - mostNamed, 'other')}` : '';
  return [
    `${counted(undeclared.length, 'target')} of source '${source}' ${are} no longer declared and ${stay}: ` +
      `${names}${more} (--prune removes ${them})`,
  ];
}
