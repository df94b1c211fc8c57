// Colours, on a terminal only and never with NO_COLOR.

import { styleText } from 'node:util';
import { type Outcome, outcomes, type TargetState } from '@everytick/core';

type Style = Parameters<typeof styleText>[0];

/** The text in a style, if standard output is a terminal that wants colours. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

const outcomeStyles: Readonly<Record<Outcome, Style>> = {
  up: 'green',
  degraded: 'yellow',
  down: 'red',
  missed: 'magenta',
  skipped: 'dim',
};

/** An outcome, or a text about it, in the outcome's colour. */
export function paintOutcome(outcome: Outcome, text: string = outcome): string {
  return paint(outcomeStyles[outcome], text);
}

/** The state of a target: the outcome that decides it in its colour, or why there is none to speak of. */
export function paintState(state: TargetState): string {
  const outcome = outcomes.find((each) => each === state);
  if (outcome !== undefined) return paintOutcome(outcome);
  return paint('dim', state === 'new' ? 'not yet' : state);
}
