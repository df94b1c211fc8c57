// What `plan` and `apply` are given: the flags, and the set of targets that they lead to.

import { EverytickError, type PlanOptions, type TargetSet } from '@everytick/core';
import type { Command } from 'commander';
import { addPlaceFlags, type PlaceFlags } from '../operations/place.ts';
import { addOutputFlags, type OutputFlags } from '../output/output-format.ts';
import { addPathFlag, type PathFlags, readPath } from './path-flag.ts';

export interface PlanFlags extends OutputFlags, PathFlags, PlaceFlags {
  readonly source?: string;
  readonly prune?: true;
  readonly adopt?: true;
}

export const planFlagsHelp = `
PATH is a YAML file, a directory (all *.yaml and *.yml below it) or - for
standard input. Targets of other sources and those made by hand are left alone;
a source takes over targets made by hand that have the names it declares.`;

export function addPlanFlags(command: Command): Command {
  addPathFlag(command)
    .option('--source <name>', "whose targets these are (default: what the file says, else nobody's)")
    .option('--prune', 'remove targets of this source that are not declared any more')
    .option('--adopt', 'take over targets that belong to another source');
  return addPlaceFlags(addOutputFlags(command));
}

export function planOptionsOf(flags: PlanFlags): PlanOptions {
  return { prune: flags.prune ?? false, adopt: flags.adopt ?? false };
}

/** Throws `usage`, `targets_file_invalid`. */
export async function readSet(flags: PlanFlags): Promise<TargetSet> {
  const configuration = await readPath(flags);
  if (flags.source === undefined) return configuration;
  if (configuration.source !== null && configuration.source !== flags.source) {
    throw new EverytickError(
      'usage',
      `--source ${flags.source} does not go with what is in ${flags.file}, which says source: ${configuration.source}`,
    );
  }
  return { ...configuration, source: flags.source };
}
