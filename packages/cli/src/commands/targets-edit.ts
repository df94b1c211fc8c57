// everytick targets edit

import {
  type CheckOptions,
  EverytickError,
  editTarget,
  formatDuration,
  parseTargetChanges,
  showUrl,
  type TargetSpec,
} from '@everytick/core';
import { Command } from 'commander';
import { printJson, printLine } from '../output/print.ts';
import { addCheckFlags, referenceHelp } from './check-flags.ts';
import { unstaffedLocations, unstaffedNote } from './locations.ts';
import { changedOptions } from './options-summary.ts';
import { repeatable } from './repeatable-option.ts';
import { changesInputOf, type EditFlags, editFlagLabels } from './target-options.ts';
import { flagRules } from './target-rules.ts';
import { databaseHelp, withDatabase } from './with-database.ts';

export function editCommand(): Command {
  const matchFlags = new Set<string>();
  const command = new Command('edit')
    .description('change a target: what is given takes the place of what it has')
    .argument('<name>', 'its name or id, as "targets list" shows them')
    .option('--url <url>', 'what to check: an http or https URL')
    .option('--name <name>', 'what to call it from now on')
    .option('--every <interval>', 'how often to check: 1s to 1d, such as 10s, 5m, 1h')
    .option(
      '--timeout <duration>',
      'how long one check may take: 100ms to 120s, at least 200ms shorter than the interval',
    )
    .option('--match <regex>', 'a regular expression (RE2 syntax) that the body has to match')
    .option('--no-match', 'the body does not matter any more')
    .option('--location <name>', 'check from here and nowhere else; again for one more', repeatable)
    .option('--json', 'print a JSON document')
    // Commander keeps the last of the two only.
    .on('option:match', () => matchFlags.add('--match'))
    .on('option:no-match', () => matchFlags.add('--no-match'));
  return addCheckFlags(command, { edit: true })
    .addHelpText(
      'after',
      `
A new interval holds from now on: the first tick of it comes within a second.
What has been recorded stays as it is.

What is sent and what counts as up is kept in options, as in a targets file:
method, headers, body, auth, tls, expect, ... An option of which something is
given is replaced as a whole: --status 201 forgets other expectations.
${referenceHelp}

Examples:
  everytick targets edit shop --every 10s --timeout 5s
  everytick targets edit shop --name "web shop" --no-match
  everytick targets edit shop --status 200,404 --down-above 2s --unset headers
  everytick targets edit shop --location default --location frankfurt
${databaseHelp}`,
    )
    .action(async (nameOrId: string, flags: EditFlags & { readonly json?: true }) => {
      if (matchFlags.size > 1) throw new EverytickError('usage', 'give either --match or --no-match, not both');
      const input = changesInputOf(flags);
      if (Object.keys(input).length === 0) {
        throw new EverytickError(
          'usage',
          'nothing to change is given; possible are --url, --name, --every, --timeout, --match, --no-match, --location, and the flags of the check that --help shows',
        );
      }
      const changes = parseTargetChanges(input, flagRules, editFlagLabels);
      const { edited, unstaffed } = await withDatabase(async (database) => ({
        edited: await editTarget(database, nameOrId, changes, editFlagLabels),
        unstaffed: await unstaffedLocations(database, changes.locations ?? []),
      }));
      const { id, before, after, changed } = edited;
      if (flags.json) {
        const json = { id, name: after.name, changed: changed.map((field) => columns[field]) };
        printJson({ edited: [json], locations_without_workers: unstaffed.map(({ name }) => name) });
        return;
      }
      const what = changed.flatMap((field) =>
        field === 'options'
          ? changedOptions(before.options, after.options)
          : [`${words[field]} ${shown(before, field)} -> ${shown(after, field)}`],
      );
      const identity = `'${before.name}' (id ${id})`;
      printLine(what.length === 0 ? `${identity} was so already` : `edited ${identity}: ${what.join(', ')}`);
      for (const line of forgotten(before.options, after.options)) printLine(line);
      for (const location of unstaffed) printLine(unstaffedNote(location));
    });
}

/** What went with the rest of an option of which something else was given. */
function forgotten(before: CheckOptions, after: CheckOptions): string[] {
  return (['expect', 'tls', 'dns', 'redirects'] as const).flatMap((option) => {
    const [had, has] = [before[option], after[option]];
    if (had === undefined || has === undefined) return [];
    const gone = Object.keys(had).filter((key) => !(key in has));
    return gone.length === 0 ? [] : [`no longer in ${option}, which is replaced as a whole: ${gone.join(', ')}`];
  });
}

const columns: Readonly<Record<keyof TargetSpec, string>> = {
  name: 'name',
  url: 'url',
  intervalS: 'interval_s',
  timeoutMs: 'timeout_ms',
  matchPattern: 'match_pattern',
  locations: 'locations',
  group: 'group',
  labels: 'labels',
  options: 'options',
};

type OwnField = Exclude<keyof TargetSpec, 'options'>;

const words: Readonly<Record<OwnField, string>> = {
  name: 'name',
  url: 'url',
  intervalS: 'every',
  timeoutMs: 'timeout',
  matchPattern: 'match',
  locations: 'locations',
  group: 'group',
  labels: 'labels',
};

function shown(spec: TargetSpec, field: OwnField): string {
  if (field === 'url') return showUrl(spec.url);
  if (field === 'intervalS') return formatDuration(spec.intervalS * 1_000);
  if (field === 'timeoutMs') return formatDuration(spec.timeoutMs);
  if (field === 'matchPattern') return spec.matchPattern === null ? 'anything' : `/${spec.matchPattern}/`;
  if (field === 'group') return spec.group === null ? 'none' : `'${spec.group}'`;
  if (field === 'labels') return labelsText(spec.labels);
  return field === 'name' ? `'${spec.name}'` : `[${spec.locations.join(', ')}]`;
}

function labelsText(labels: TargetSpec['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? 'none' : pairs.join(', ');
}
