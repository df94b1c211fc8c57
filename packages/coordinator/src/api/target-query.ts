// Which targets a request is about: the same filters for lists and for the overview.

import { sourceNamePattern, type TargetFilter, targetStates } from '@everytick/core';
import { RequestProblem } from './problem.ts';
import { type FieldsOf, flagField, textField, textsField, wordsField } from './request-fields.ts';

export const targetFilterFields = {
  name: textField('this name, the whole of it'),
  search: textField('part of the name, or of the host of the URL; capital and small letters are the same'),
  group: textField('this group'),
  label: textsField('this label, as `name:value`; all that are given have to be there', 20),
  location: textField('checked from this location'),
  source: textField('of this set; empty: those that belong to none'),
  state: wordsField(targetStates, 'in this state now; any of them'),
  deleted: flagField('removed targets instead of present ones'),
} as const;

/** Throws `request_invalid`. */
export function targetFilterOf(query: FieldsOf<typeof targetFilterFields>): TargetFilter {
  const { name, search, group, label, location, source, state, deleted } = query;
  if (source !== undefined && source !== '' && !sourceNamePattern.test(source)) {
    throw wrong('source', `'${source}' is no name of a source`);
  }
  return {
    name,
    search,
    group,
    labels: label === undefined ? undefined : labelsOf(label),
    location,
    source: source === '' ? null : source,
    states: state,
    deleted,
  };
}

/** A target has one value of a name, so two of them would be asked for in vain. */
function labelsOf(given: readonly string[]): Readonly<Record<string, string>> {
  const labels = new Map<string, string>();
  for (const [name, value] of given.map(labelOf)) {
    const other = labels.get(name) ?? value;
    if (other !== value) {
      throw wrong('label', `'${name}' is given as '${other}' and as '${value}'; a target has one value of it at most`);
    }
    labels.set(name, value);
  }
  return Object.fromEntries(labels);
}

function labelOf(given: string): [string, string] {
  const [, name, value] = /^([^:]+):(.*)$/.exec(given) ?? [];
  if (name === undefined || value === undefined) {
    throw wrong('label', `'${given}' is not allowed; it has to be such as team:shop`);
  }
  return [name, value];
}

function wrong(parameter: string, detail: string): RequestProblem {
  return new RequestProblem(400, 'request_invalid', `${parameter}: ${detail}`, { errors: [{ parameter, detail }] });
}
