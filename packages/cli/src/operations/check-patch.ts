// What is wrong with a change, said before it is sent: the API knows nothing of the flags by which its user calls fields.

import { changesOfPatch, editedSpec, type TargetLabels, type TargetPatch, type TargetResource } from '@everytick/core';
import { flagRules } from '../commands/target-rules.ts';
import { specOfDocument } from './declared-state.ts';

/** Throws `target_invalid` as a change in the database does. */
export function checkPatch({ spec }: TargetResource, patch: TargetPatch, labels: TargetLabels): void {
  const changes = changesOfPatch(spec, patch, flagRules, labels);
  const before = specOfDocument(spec);
  if (before !== null) editedSpec(before, changes, labels);
}
