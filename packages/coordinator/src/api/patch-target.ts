// What a merge patch changes of a target, with null for fields that always have a value: they get their defaults.

import {
  changesOfPatch,
  defaultIntervalS,
  defaultLocation,
  defaultTimeoutMs,
  type TargetChanges,
  type TargetPatch,
  type TargetRules,
  type TargetSpec,
  targetDocument,
} from '@everytick/core';

/** Throws `target_invalid`. */
export function patchedBy(patch: TargetPatch, rules: TargetRules): (before: TargetSpec) => TargetChanges {
  const { every, timeout, locations, ...rest } = patch;
  const given = {
    ...rest,
    ...(every == null ? {} : { every }),
    ...(timeout == null ? {} : { timeout }),
    ...(locations == null ? {} : { locations }),
  };
  return (before) => {
    const changes = changesOfPatch({ ...targetDocument(before) }, given, rules);
    const intervalS = every === null ? defaultIntervalS : changes.intervalS;
    return {
      ...changes,
      ...(intervalS === undefined ? {} : { intervalS }),
      ...(timeout === null ? { timeoutMs: defaultTimeoutMs(intervalS ?? before.intervalS) } : {}),
      ...(locations === null ? { locations: [defaultLocation] } : {}),
    };
  };
}
