// A plan as people read it: a line for each target, those below it for what changes.
//
//   + shop  https://shop.example/  every 10s
//   ~ blog
//       every: 60s -> 10s
//       expect.status: (none) -> [200, 404]
//   - old  https://old.example/  every 60s

import { type CheckOptions, fieldDifferences, type PlanResource } from '@everytick/core';
import { counted } from '../output/format.ts';
import { paint } from '../output/paint.ts';
import { printLine } from '../output/print.ts';
import { optionsSummary } from './options-summary.ts';
import { shownChange, shownValue } from './plan-value.ts';

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
  printLine(planSummary(plan));
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
  const [add, change, remove] = kinds.map(({ action }) =>
    number(changes.filter((each) => each.action === action).length),
  );
  const done = applied
    ? `Applied: ${add} added, ${change} changed, ${remove} removed`
    : `Plan: ${add} to add, ${change} to change, ${remove} to remove`;
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
  return state === null ? [] : [`${shownValue(name)}  ${inShort(state)}`];
}

function inShort(state: State): string {
  const { method, expectations } = optionsSummary(state as CheckOptions);
  return `${method}${shownValue(state.url)}  every ${state['every']}${expectations}${state.paused ? ', paused' : ''}`;
}

function differenceLines(before: State, after: State): string[] {
  return fieldDifferences(before, after).map(
    ({ field, before: was, after: is }) => `    ${shownValue(field)}: ${shownChange(was, is)}`,
  );
}
