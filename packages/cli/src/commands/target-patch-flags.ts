// From the flags of `targets edit` to what they change of a target, as a merge patch of its document.

import { checkOptionNames, EverytickError, type TargetPatch, unknownField } from '@everytick/core';
import { checkFlagLabels, checkOptionsInputOf } from './check-flags.ts';
import { labelsOf } from './label-flags.ts';
import type { TargetFlags } from './target-options.ts';

/** Nothing has to be given, and a pattern can be taken away. */
export interface EditFlags extends Omit<TargetFlags, 'match'> {
  readonly url?: string;
  readonly name?: string;
  readonly match?: string | false;
}

type Mapping = Readonly<Record<string, unknown>>;

/** Throws `usage` where something is to be changed and taken away, or cannot be taken away. */
export function patchOf(flags: EditFlags): TargetPatch {
  const set: Mapping = {
    ...(flags.url === undefined ? {} : { url: flags.url }),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.every === undefined ? {} : { every: flags.every }),
    ...(flags.timeout === undefined ? {} : { timeout: flags.timeout }),
    ...(flags.match === undefined ? {} : { match: flags.match === false ? null : flags.match }),
    ...(flags.location === undefined ? {} : { locations: [...flags.location] }),
    ...(flags.group === undefined ? {} : { group: flags.group }),
    ...(flags.label === undefined ? {} : { labels: labelsOf(flags.label) }),
    ...optionsPatch(checkOptionsInputOf(flags) as Mapping),
  };
  return (flags.unset ?? []).map(pathOf).reduce((patch, path) => without(patch, path, path), set);
}

/** Where keys exclude each other, what is given takes the place of the others. */
function optionsPatch(input: Mapping): Mapping {
  const { auth, redirects, ...others } = input;
  return {
    ...referencesReplaced(others),
    ...(auth === undefined
      ? {}
      : { auth: { basic: null, bearer: null, oauth2: null, ...referencesReplaced(auth as Mapping) } }),
    // A number of redirects says that they are followed.
    ...(redirects === undefined ? {} : { redirects: { follow: null, max: null, ...(redirects as Mapping) } }),
  };
}

/** A reference to a file takes the place of one to a variable, and the other way round. */
function referencesReplaced(given: Mapping): Mapping {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return [key, value];
      const keys = Object.keys(value);
      const isReference = keys.length === 1 && (keys[0] === 'env' || keys[0] === 'file');
      return [key, isReference ? { env: null, file: null, ...value } : referencesReplaced(value as Mapping)];
    }),
  );
}

/** What can be taken away, with dots below options. A `*` is any one name. */
const removable: readonly string[] = [
  ...new Set([
    'match',
    'group',
    'labels',
    'labels.*',
    ...checkOptionNames,
    ...Object.keys(checkFlagLabels).filter((path) => !/^expect\..*\.\*/.test(path)),
    'auth.oauth2.parameters',
    'auth.oauth2.client_authentication',
  ]),
];

export const unsetHelp = `take away what the target has: match, group, labels, ${checkOptionNames.join(', ')}; with dots below them: expect.status, labels.team; again for one more`;

/** Keys of what --unset names; names of headers and labels may have dots in them. */
function pathOf(given: string): string[] {
  const [first = '', ...rest] = given.split('.');
  const top = first.replaceAll('-', '_');
  if ((top === 'headers' || top === 'labels') && rest.length > 0) return [top, rest.join('.')];
  const path = [top, ...rest.map((step) => step.replaceAll('-', '_'))];
  if (removable.includes(path.join('.'))) return path;
  const siblings = removable.filter(
    (each) =>
      each.split('.').length === path.length &&
      each.startsWith(
        path
          .slice(0, -1)
          .map((step) => `${step}.`)
          .join(''),
      ),
  );
  const known = siblings.length === 0 ? removable.filter((each) => !each.includes('.')) : siblings;
  throw new EverytickError('usage', `--unset: ${unknownField(given, known)}`);
}

function without(patch: Mapping, [key = '', ...rest]: readonly string[], path: readonly string[]): Mapping {
  const has = Object.hasOwn(patch, key) ? patch[key] : undefined;
  if (rest.length === 0) {
    if (has === undefined || has === null) return { ...patch, [key]: null };
  } else if (has === undefined || (typeof has === 'object' && has !== null && !Array.isArray(has))) {
    return { ...patch, [key]: without((has ?? {}) as Mapping, rest, path) };
  } else if (has === null) return patch;
  throw new EverytickError('usage', `--unset ${path.join('.')} cannot be given beside what is to be set of it`);
}
