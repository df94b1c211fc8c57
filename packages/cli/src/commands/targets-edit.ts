// everytick targets edit

import { EverytickError, fieldDifferences, type TargetResource } from '@everytick/core';
import { Command } from 'commander';
import { addPlaceFlags, type PlaceFlags, placeHelp } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { printLine } from '../output/print.ts';
import { addCheckFlags, referenceHelp } from './check-flags.ts';
import { unstaffedLocations, unstaffedNote } from './locations.ts';
import { shownFieldChange } from './plan-url.ts';
import { shownChange } from './plan-value.ts';
import { repeatable } from './repeatable-option.ts';
import { editFlagLabels } from './target-options.ts';
import { type EditFlags, patchOf, unsetHelp } from './target-patch-flags.ts';

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
    .option('--group <name>', 'what to show it with')
    .option('--label <name=value>', 'what it can be found by; other labels stay; again for one more', repeatable)
    .option('--unset <what>', unsetHelp, repeatable)
    // Commander keeps the last of the two only.
    .on('option:match', () => matchFlags.add('--match'))
    .on('option:no-match', () => matchFlags.add('--no-match'));
  return addPlaceFlags(addCheckFlags(addOutputFlags(command)))
    .addHelpText(
      'after',
      `
A new interval holds from now on: the first tick of it comes within a second.
What has been recorded stays as it is.

What is given takes the place of what is there, and the rest stays: --status 201
leaves other expectations as they are, -H other headers, --label other labels. What
can be given again (--location, --body-matches, --json-path) is replaced as a list.
${referenceHelp}

Examples:
  everytick targets edit shop --every 10s --timeout 5s
  everytick targets edit shop --name "web shop" --no-match
  everytick targets edit shop --status 200,404 --down-above 2s --unset headers
  everytick targets edit shop --label team=web --unset labels.tier --unset expect.json
  everytick targets edit shop --location default --location frankfurt
${placeHelp}`,
    )
    .action(async (nameOrId: string, flags: Flags) => {
      const format = outputFormat(flags);
      if (matchFlags.size > 1) throw new EverytickError('usage', 'give either --match or --no-match, not both');
      const patch = patchOf(flags);
      if (Object.keys(patch).length === 0) {
        throw new EverytickError(
          'usage',
          'nothing to change is given; possible are --url, --name, --every, --timeout, --match, --no-match, --location, --group, --label, --unset, and the flags of the check that --help shows',
        );
      }
      const { edited, unstaffed } = await withOperations(flags, async (operations) => ({
        edited: await operations.editTarget(nameOrId, patch, editFlagLabels),
        unstaffed: await unstaffedLocations(operations, flags.location ?? []),
      }));
      const { before, after } = edited;
      const changes = changesOf(before, after);
      const document = {
        edited: [{ id: after.id, name: after.name, changed: changes.map(({ field }) => field) }],
        locations_without_workers: unstaffed.map(({ name }) => name),
      };
      printAs(format, document, () => {
        const identity = `'${before.name}' (id ${before.id})`;
        const what = changes.map(({ field, shown }) => `${field} ${shown}`).join(', ');
        printLine(changes.length === 0 ? `${identity} was so already` : `edited ${identity}: ${what}`);
        for (const location of unstaffed) printLine(unstaffedNote(location));
        if (changes.length > 0 && after.source !== null) printLine(sourceNote(after.source));
      });
    });
}

interface Flags extends EditFlags, OutputFlags, PlaceFlags {}

interface Change {
  readonly field: string;
  readonly shown: string;
}

function changesOf({ spec: before }: TargetResource, { spec: after }: TargetResource): Change[] {
  const renamed = before.name === after.name ? [] : [{ field: 'name', shown: shownChange(before.name, after.name) }];
  const others = fieldDifferences(before, after).map(({ field, before: was, after: is }) => ({
    field,
    shown: shownFieldChange(field, was, is),
  }));
  return [...renamed, ...others];
}

/** What to say to somebody who changes by hand what a targets file says. */
export function sourceNote(source: string): string {
  return `note: it belongs to source '${source}', whose next apply brings back what its files say; change them as well`;
}
