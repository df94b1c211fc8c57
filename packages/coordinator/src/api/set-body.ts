// A whole set of targets as `plan` and `apply` are given it.

import { setImmediate as turn } from 'node:timers/promises';
import {
  kindOf,
  type PlacedProblem,
  type PlanOptions,
  sourceNameAllowed,
  sourceNamePattern,
  type TargetDeclaration,
  type TargetRules,
  type TargetSet,
  targetInvalid,
  targetProblems,
  targetSpecSchemaWith,
  unknownField,
} from '@everytick/core';
import { z } from 'zod';
import { declaredTargetSchema } from './target-body.ts';

/** In one set. Whoever has more gives each part of them a source of its own. */
export const mostTargets = 50_000;

export const setBodySchema = z
  .object({
    source: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'whose targets these are; null: nobody, as if added by hand' }),
    prune: z.boolean().optional().meta({ description: 'whether to remove targets of that source that are not here' }),
    adopt: z.boolean().optional().meta({ description: 'whether to take over targets of other sources' }),
    targets: z.array(declaredTargetSchema).max(mostTargets),
  })
  .meta({ id: 'TargetSet' });

export interface AskedSet {
  readonly set: TargetSet;
  readonly options: PlanOptions;
}

/** Targets that are looked into before others get their turn: the schedule is kept by the same thread. */
const turnAfter = 100;
/** Of one answer; whoever has more mistakes than that makes the same one again and again. */
const mostProblems = 100;
const fields = ['source', 'prune', 'adopt', 'targets'];

/** Throws `target_invalid` that tells every problem with its place, and the reason of `gone` once nobody waits any more. */
export async function readSetBody(body: unknown, rules: TargetRules, gone: AbortSignal): Promise<AskedSet> {
  if (!isMapping(body))
    throw invalid([{ path: [], message: `is ${kindOf(body)}; it has to be a mapping with targets` }]);
  const { source = null, prune = false, adopt = false, targets } = body;
  const problems: PlacedProblem[] = Object.keys(body)
    .filter((key) => !fields.includes(key))
    .map((key) => ({ path: [key], message: unknownField(key, fields) }));
  if (source !== null && !(typeof source === 'string' && sourceNamePattern.test(source))) {
    problems.push({ path: ['source'], message: `is no name of a source; allowed are null or ${sourceNameAllowed}` });
  }
  if (prune === true && source === null) {
    problems.push({ path: ['prune'], message: 'needs a source: only the targets of one are removed' });
  }
  for (const [key, value] of Object.entries({ prune, adopt })) {
    if (typeof value !== 'boolean')
      problems.push({ path: [key], message: `is ${kindOf(value)}; it has to be true or false` });
  }
  const declarations = await readTargets(targets, rules, problems, gone);
  if (problems.length > 0) throw invalid(problems);
  return {
    set: { source: source as string | null, declarations },
    options: { prune: prune as boolean, adopt: adopt as boolean },
  };
}

async function readTargets(
  given: unknown,
  rules: TargetRules,
  problems: PlacedProblem[],
  gone: AbortSignal,
): Promise<TargetDeclaration[]> {
  if (!Array.isArray(given)) {
    problems.push({
      path: ['targets'],
      message: `is ${given === undefined ? 'missing' : kindOf(given)}; it has to be a list of targets`,
    });
    return [];
  }
  if (given.length > mostTargets) {
    const message = `are ${given.length}; at most ${mostTargets} are taken at once. Give each part a source of its own`;
    problems.push({ path: ['targets'], message });
    return [];
  }
  const schema = targetSpecSchemaWith(rules);
  const declarations: TargetDeclaration[] = [];
  const places = new Map<string, number>();
  for (const [position, target] of given.entries()) {
    if (position % turnAfter === turnAfter - 1) {
      await turn();
      gone.throwIfAborted();
    }
    const { paused = null, ...document } = isMapping(target) ? target : {};
    if (paused !== null && typeof paused !== 'boolean') {
      problems.push({
        path: ['targets', position, 'paused'],
        message: `is ${kindOf(paused)}; it has to be true or false`,
      });
    }
    const parsed = schema.safeParse(isMapping(target) ? document : target);
    if (!parsed.success) {
      for (const { path, message } of targetProblems(parsed.error)) {
        problems.push({ path: ['targets', position, ...path], message });
      }
      continue;
    }
    const { name } = parsed.data;
    const place = places.get(name);
    if (place !== undefined) {
      problems.push({ path: ['targets', position, 'name'], message: `'${name}' is that of targets.${place} already` });
    }
    places.set(name, place ?? position);
    declarations.push({ spec: parsed.data, paused: paused as boolean | null });
  }
  return declarations;
}

function invalid(problems: readonly PlacedProblem[]) {
  const more = problems.length - mostProblems;
  const told = problems.slice(0, mostProblems);
  return targetInvalid(more > 0 ? [...told, { path: [], message: `and ${more} more problems` }] : told, {});
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
