// A plan as people read it: a line for each target, those below it for what changes.
//
//   + shop  https://shop.example/  every 10s
//       timeout 2s, match Add to cart, 2 labels
//   ~ blog
//       every: 60s -> 10s
//       expect.status: (none) -> [200, 404]
//   - old  https://old.example/  every 60s

import { type CheckOptions, countChanges, fieldDifferences, type PlanResource, showUrl } from '@everytick/core';
import { counted } from '../output/format.ts';
import { paint } from '../output/paint.ts';
import { printLine } from '../output/print.ts';
import { detailLines } from './added-target.ts';
import { optionsSummary } from './options-summary.ts';
import { shownFieldChange } from './plan-url.ts';
import { shownValue } from './plan-value.ts';
import { undeclaredLine } from './undeclared-line.ts';

/** Of each kind; what is beyond it is counted. */
const mostShown = 40;

const kinds = [
  { action: 'add', sign: '+', style: 'green' },
  { action: 'change', sign: '~', style: 'yellow' },
  { action: 'remove', sign: '-', style: 'red' },
] as const;

export function printPlan(plan: PlanResource): void {
  for (const line of planLines(plan)) printLine(line);
  if (plan.changes.length > 0) printLine();
  for (const line of [planSummary(plan), ...undeclaredLine(plan)]) printLine(line);
}

export function planLines({ changes }: PlanResource): string[] {
  return kinds.flatMap(({ action, sign, style }) => {
    const these = changes.filter((change) => change.action === action);
    const lines = these
      .slice(0, mostShown)
      .flatMap((change) =>
        changeLines(change).map((line, index) => (index === 0 ? paint(style, `${sign} ${line}`) : line)),
      );
    const more = these.length - mostShown;
    return more <= 0 ? lines : [...lines, `  and ${number(more)} more to ${action} (--json has them all)`];
  });
}

/** `Plan: 3 to add, 1 to change, 0 to remove; 9,996 unchanged.` Of an applied one: what was done. */
export function planSummary({ applied, changes, unchanged }: PlanResource): string {
  if (changes.length === 0) return `Nothing to change: ${counted(unchanged, 'target')} as declared.`;
  const { added, changed, removed } = countChanges(changes);
  const done = applied
    ? `Applied: ${number(added)} added, ${number(changed)} changed, ${number(removed)} removed`
    : `Plan: ${number(added)} to add, ${number(changed)} to change, ${number(removed)} to remove`;
  return `${done}; ${number(unchanged)} unchanged.`;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}

type PlannedChange = PlanResource['changes'][number];
type State = NonNullable<PlannedChange['after']>;

function changeLines({ name, before, after }: PlannedChange): string[] {
  if (before !== null && after !== null) return [shownValue(name), ...differenceLines(before, after)];
  const state = after ?? before;
  if (state === null) return [];
  // Of what goes away, enough to know it by.
  const details = after === null ? [] : detailLines(after);
  return [`${shownValue(name)}  ${inShort(state)}`, ...details];
}

function inShort(state: State): string {
  const { method, expectations } = optionsSummary(state as CheckOptions);
  return `${method}${shownValue(showUrl(state.url))}  every ${state['every']}${expectations}${state.paused ? ', paused' : ''}`;
}

function differenceLines(before: State, after: State): string[] {
  return fieldDifferences(before, after).map(
    ({ field, before: was, after: is }) => `    ${shownValue(field)}: ${shownFieldChange(field, was, is)}`,
  );
}
