// Defaults, groups and templates looked into by themselves, so that a mistake in one that no target uses is told as well.

import { kindOf } from '../targets/field-rules.ts';
import { problemSentence, targetProblems } from '../targets/target-problems.ts';
import { withoutKeys } from './layers.ts';
import type { Allowance } from './limits.ts';
import { merge } from './merge.ts';
import { keyPlaceOf, type MappingPart, type Part, partAt, plainValue } from './part.ts';
import type { Problems } from './problems.ts';
import type { ConfigurationSchemas } from './schemas.ts';
import type { Sections } from './sections.ts';

/** A step for each of them. */
export function* checkLayers(
  { defaults, groups, templates }: Sections,
  schemas: ConfigurationSchemas,
  allowance: Allowance,
  problems: Problems,
): Generator<undefined, void> {
  for (const layer of [defaults, ...groups.values(), ...templates.values()]) {
    if (layer === null) continue;
    if (problems.ended || !allowance.takeValues(keyPlaceOf(layer), layer.size)) return;
    const before = problems.count;
    checkLayer(layer, schemas, problems);
    if (problems.count > before) problems.countWrong(layer.size);
    yield;
  }
}

function checkLayer(layer: MappingPart, { partial }: ConfigurationSchemas, problems: Problems): void {
  const paused = layer.entries.get('paused');
  if (paused !== undefined && !dependsOnVariables(paused)) {
    const value = plainValue(paused);
    if (value !== null && typeof value !== 'boolean') {
      problems.report(paused, `paused: is ${kindOf(value)}; it has to be true or false`);
    }
  }
  const whole = merge(withoutKeys(layer, ['paused']), null, false);
  const { error } = partial.safeParse(plainValue(whole));
  for (const problem of error === undefined ? [] : targetProblems(error)) {
    const { part, found } = partAt(whole, problem.path);
    // What is missing may be said by the target; what has variables in it is looked into with their values.
    if (!found || dependsOnVariables(part)) continue;
    problems.report(problem.atKey ? keyPlaceOf(part) : part, problemSentence(problem));
  }
}

function dependsOnVariables(part: Part): boolean {
  if (part.kind === 'scalar') return typeof part.value === 'string' && part.value.includes('${');
  return [...(part.kind === 'list' ? part.items : part.entries.values())].some(dependsOnVariables);
}
