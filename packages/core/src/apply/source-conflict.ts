// What is said when a set declares targets that belong to another one.

import { EverytickError } from '../domain/error.ts';
import type { DeclaredState } from './plan.ts';

const mostShown = 10;

export function sourceConflict(source: string | null, foreign: readonly DeclaredState[]): EverytickError {
  const shown = foreign
    .slice(0, mostShown)
    .map((state) => `'${state.spec.name}' belongs to the source '${state.source}'`);
  const more = foreign.length > mostShown ? [`and ${foreign.length - mostShown} more`] : [];
  return new EverytickError(
    'target_source_conflict',
    [...shown, ...more, `Nothing was changed. ${remedy(source, foreign)}`].join('\n'),
  );
}

function remedy(source: string | null, foreign: readonly DeclaredState[]): string {
  const others = new Set(foreign.map((state) => state.source));
  const [only] = others;
  const sameSet = source === null && others.size === 1 ? `Say source: ${only} if this is that set, give` : 'Give';
  const whose = source === null ? 'as if they had been added by hand' : `for the source '${source}'`;
  return `${sameSet} them other names, or take them over ${whose} with --adopt (in the API "adopt": true).`;
}
