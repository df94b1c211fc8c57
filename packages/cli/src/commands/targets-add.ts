// everytick targets add

import {
  defaultLocation,
  EverytickError,
  formatDuration,
  parseTargetSpec,
  showUrl,
  type TargetSpec,
} from '@everytick/core';
import { readTargetsFile } from '@everytick/core/configuration';
import { Command } from 'commander';
import { addPlaceFlags, type PlaceFlags, placeHelp } from '../operations/place.ts';
import { withOperations } from '../operations/with-operations.ts';
import { counted } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { printLine } from '../output/print.ts';
import { addCheckFlags, referenceHelp } from './check-flags.ts';
import { unstaffedLocations, unstaffedNote } from './locations.ts';
import { optionsSummary } from './options-summary.ts';
import { addTargetFlags, flagLabels, givenTargetFlags, specInputOf, type TargetFlags } from './target-options.ts';
import { flagRules, targetRules } from './target-rules.ts';

interface AddFlags extends TargetFlags, OutputFlags, PlaceFlags {
  readonly name?: string;
  readonly file?: string;
}

const defaultEvery = '60s';

export function addCommand(): Command {
  const command = new Command('add')
    .description('watch a URL, or all targets of a YAML file')
    .argument('[url]', 'an http or https URL')
    .option('--name <name>', 'what to call it (default: host and path of the URL)');
  addTargetFlags(command, defaultEvery).option(
    '--file <file.yaml>',
    'add the targets of this file instead, all or none',
  );
  return addPlaceFlags(addCheckFlags(addOutputFlags(command)))
    .addHelpText(
      'after',
      `${referenceHelp}

Examples:
  everytick targets add https://example.org/
  everytick targets add https://shop.example/ --name shop --every 10s --match 'Add to cart'
  everytick targets add https://shop.example/ --location default --location frankfurt
  everytick targets add https://api.example/health --json-path '$.status == ok' --certificate-days 14
  everytick targets add https://api.example/orders -X POST -H 'content-type: application/json' \\
    --data @order.json --bearer env:EVERYTICK_SECRET_API --status 201 --down-above 2s
  everytick targets add https://blog.example/ --group web --label team=blog --label tier=2
  everytick targets add --file targets.yaml

A targets file:
  targets:
    - name: shop                       # optional
      url: https://shop.example/
      every: 10s                       # default 60s
      timeout: 5s                      # default: half of every, at most 10s
      match: 'Add to cart'             # optional
      locations: [default, frankfurt]  # default [default]
      group: web                       # optional, as are labels
      labels: {team: shop, tier: 1}
      headers: {accept: text/html}     # and all that the flags can say: README, "What a target can say"
      expect: {status: [200, 404], down_above: 2s}

Every location checks at every tick. One that is not there yet is made.
${placeHelp}`,
    )
    .action(async (url: string | undefined, flags: AddFlags) => {
      const format = outputFormat(flags);
      const specs = await specsToAdd(url, flags);
      const { added, unstaffed } = await withOperations(flags, async (operations) => ({
        added: await operations.addTargets(specs),
        unstaffed: await unstaffedLocations(
          operations,
          specs.flatMap((spec) => spec.locations),
        ),
      }));
      printAs(format, { added, locations_without_workers: unstaffed.map(({ name }) => name) }, () => {
        const [spec] = specs;
        if (specs.length === 1 && spec !== undefined) printLine(sentence(spec, added[0]?.id));
        else printLine(`added ${counted(added.length, 'target')}`);
        for (const location of unstaffed) printLine(unstaffedNote(location));
      });
    });
}

function sentence(spec: TargetSpec, id: number | undefined): string {
  const { method, expectations } = optionsSummary(spec.options);
  return `added '${spec.name}' (id ${id}): ${method}${showUrl(spec.url)} ${everyOf(spec)}${expectations}`;
}

function specsToAdd(url: string | undefined, flags: AddFlags): TargetSpec[] | Promise<TargetSpec[]> {
  if (flags.file === undefined) {
    if (url === undefined) throw new EverytickError('usage', 'give a URL, or --file FILE.yaml');
    return [parseTargetSpec(specInputOf(url, flags, defaultEvery), flagRules, flagLabels)];
  }
  if (url !== undefined) throw new EverytickError('usage', 'give either a URL or --file, not both');
  const misplaced = givenTargetFlags(flags);
  if (misplaced.length > 0) {
    throw new EverytickError(
      'usage',
      `${misplaced.join(', ')} cannot be given with --file: the file says it for each target`,
    );
  }
  return readTargetsFile(flags.file, targetRules, process.env);
}

function everyOf(spec: TargetSpec): string {
  const match = spec.matchPattern === null ? '' : `, body has to match /${spec.matchPattern}/`;
  const places = spec.locations.join() === defaultLocation ? '' : `, from ${spec.locations.join(', ')}`;
  return `every ${formatDuration(spec.intervalS * 1_000)}, timeout ${formatDuration(spec.timeoutMs)}${places}${match}`;
}
