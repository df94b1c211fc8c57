// A configuration for commands that add targets one after the other, without a set that they belong to.

import type { Environment } from '../config/setting.ts';
import { EverytickError } from '../domain/error.ts';
import type { TargetRules } from '../targets/target-rules.ts';
import type { TargetSpec } from '../targets/target-spec.ts';
import { readConfiguration } from './read-configuration.ts';

/**
 * Reads and checks a configuration file, or a directory of them, of which only the targets count. Throws
 * `targets_file_invalid`, also for what only applying can do.
 */
export async function readTargetsFile(
  path: string,
  rules: TargetRules,
  environment: Environment,
): Promise<TargetSpec[]> {
  const { source, declarations } = await readConfiguration(path, rules, environment);
  const refuse = (what: string) => {
    throw new EverytickError('targets_file_invalid', `${path}: ${what}: "everytick apply -f ${path}" does that`);
  };
  if (source !== null) refuse(`its targets belong to a source, '${source}', which cannot be kept here`);
  const said = declarations.filter(({ paused }) => paused !== null).map(({ spec }) => `'${spec.name}'`);
  if (said.length > 0) {
    const others = said.length === 1 ? '' : ` and ${said.length - 1} more`;
    refuse(`it says whether ${said[0]}${others} is paused, which cannot be kept here`);
  }
  if (declarations.length === 0) throw new EverytickError('targets_file_invalid', `${path}: there is no target in it`);
  return declarations.map(({ spec }) => spec);
}
