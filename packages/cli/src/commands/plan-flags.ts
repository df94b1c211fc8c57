// What `plan` and `apply` are given: the flags, and the set of targets that they lead to.

import { text } from 'node:stream/consumers';
import {
  type Configuration,
  EverytickError,
  type PlanOptions,
  parseConfiguration,
  readConfiguration,
  type TargetSet,
} from '@everytick/core';
import type { Command } from 'commander';
import { addPlaceFlags, type PlaceFlags } from '../operations/place.ts';
import { addOutputFlags, type OutputFlags } from '../output/output-format.ts';
import { targetRules } from './target-rules.ts';

export interface PlanFlags extends OutputFlags, PlaceFlags {
  readonly file?: string;
  readonly source?: string;
  readonly prune?: true;
  readonly adopt?: true;
}

export const planFlagsHelp = `
PATH is a YAML file, a directory (all *.yaml and *.yml below it) or - for standard
input. Targets of other sources and those made by hand are left alone; a source
takes over targets made by hand that have the names it declares.`;

export function addPlanFlags(command: Command): Command {
  command
    .option('-f, --file <path>', 'what to read: a file, a directory, or - for standard input', once)
    .option('--source <name>', "whose targets these are (default: what the file says, else nobody's)")
    .option('--prune', 'remove targets of this source that are not declared any more')
    .option('--adopt', 'take over targets that belong to another source');
  return addPlaceFlags(addOutputFlags(command));
}

function once(path: string, before: string | undefined): string {
  if (before === undefined) return path;
  throw new EverytickError('usage', '--file is given twice; for several files give the directory that they are in');
}

export function planOptionsOf(flags: PlanFlags): PlanOptions {
  return { prune: flags.prune ?? false, adopt: flags.adopt ?? false };
}

/** Throws `usage`, `targets_file_invalid`. */
export async function readSet(flags: PlanFlags): Promise<TargetSet> {
  if (flags.file === undefined) {
    throw new EverytickError('usage', 'give -f PATH: a YAML file, a directory of them, or - for standard input');
  }
  const configuration = await read(flags.file);
  if (flags.source === undefined) return configuration;
  if (configuration.source !== null && configuration.source !== flags.source) {
    throw new EverytickError(
      'usage',
      `--source ${flags.source} does not go with what is in ${flags.file}, which says source: ${configuration.source}`,
    );
  }
  return { ...configuration, source: flags.source };
}

async function read(path: string): Promise<Configuration> {
  if (path !== '-') return readConfiguration(path, targetRules, process.env);
  return parseConfiguration([{ path: '(standard input)', text: await text(process.stdin) }], targetRules, process.env);
}
