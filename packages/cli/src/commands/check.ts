// everytick check: one check from the shell, made and judged as a worker would, with everything that was measured.

import {
  type CheckReport,
  EverytickError,
  parseTargetSpec,
  readSettings,
  type Target,
  type TargetFetcher,
  workerSettings,
} from '@everytick/core';
import {
  checkReportJson,
  EgressPolicy,
  evaluate,
  NameResolver,
  SecretResolver,
  UndiciFetcher,
} from '@everytick/worker';
import { Command } from 'commander';
import { addPlaceFlags, type PlaceFlags, placeHelp } from '../operations/place.ts';
import {
  addOutputFlags,
  type OutputFlags,
  type OutputFormat,
  outputFormat,
  printAs,
  printDocument,
} from '../output/output-format.ts';
import { addCheckFlags, type CheckFlags, referenceHelp } from './check-flags.ts';
import { printCheckReport } from './check-report.ts';
import { checkThroughWorker, defaultTimeout, noInterval, type ThroughWorkerFlags } from './check-through-worker.ts';
import { settingsHelp } from './settings-help.ts';
import { flagLabels, specInputOf } from './target-options.ts';
import { flagRules } from './target-rules.ts';
import { warmUp } from './warm-up.ts';

interface Flags extends CheckFlags, OutputFlags, PlaceFlags, ThroughWorkerFlags {
  readonly timeout?: string;
  readonly match?: string;
  readonly throughWorker?: true;
}

const { egressAllow, egressDeny, bodyLimitBytes } = workerSettings;
const settings = { egressAllow, egressDeny, bodyLimitBytes };

export function checkCommand(): Command {
  const command = new Command('check')
    .description('check a URL once, and show what was measured')
    .argument('[url]', 'an http or https URL')
    .option('--timeout <duration>', `how long it may take: 100ms to 120s (default: ${defaultTimeout})`)
    .option('--match <regex>', 'a regular expression (RE2 syntax) that the body has to match')
    .option('--through-worker', 'have a worker do it, as it checks targets')
    .option('--target <name>', 'with --through-worker, instead of a URL: this target, by name or id')
    .option('--location <name>', 'with --through-worker: a worker of this location (default: default)');
  return addPlaceFlags(addCheckFlags(addOutputFlags(command)))
    .addHelpText(
      'after',
      `
Nothing is stored, and no database is needed. Exit code: 0 up, 1 not up, 2 used wrongly.
With --through-worker a worker that runs somewhere makes the check, with its network,
its secrets and its settings; that leaves no trace in the ledger either.

Examples:
  everytick check https://example.org
  everytick check https://shop.example/ --match 'Add to cart' --certificate-days 14 --degraded-above 500ms
  everytick check https://api.example/health --json-path '$.status == ok' --bearer env:API_TOKEN --json
  everytick check --through-worker --location frankfurt --target shop
  EVERYTICK_EGRESS_ALLOW=127.0.0.0/8 everytick check http://localhost:3000
${referenceHelp}
Here any variable and any file will do, and secrets may be written out as well, but not
with --through-worker.

With --through-worker:${placeHelp}
${settingsHelp(Object.values(settings))}`,
    )
    .action(async (url: string | undefined, flags: Flags) => {
      const format = outputFormat(flags);
      if (flags.throughWorker) {
        const report = await checkThroughWorker(url, flags, format);
        process.exitCode = report.outcome === 'up' ? 0 : 1;
        return;
      }
      if (flags.target !== undefined || flags.location !== undefined) {
        throw new EverytickError('usage', '--target and --location are for --through-worker');
      }
      if (url === undefined) throw new EverytickError('usage', "missing required argument 'url'");
      const target = targetOf(url, flags);
      const { egressAllow, egressDeny, bodyLimitBytes } = readSettings(settings, process.env);
      const resolver = new NameResolver();
      const fetcher = new UndiciFetcher({
        bodyLimitBytes,
        egress: new EgressPolicy({ allow: egressAllow, deny: egressDeny }),
        secrets: new SecretResolver({ envPrefix: '', directory: null }),
        resolver,
        certificateDetails: true,
      });
      try {
        await warmUp(resolver);
        process.exitCode = (await checkOnce(fetcher, target, format)) ? 0 : 1;
      } finally {
        await fetcher.close();
        resolver.close();
      }
    });
}

/** Throws `target_invalid`. */
function targetOf(url: string, { location: _, ...flags }: Flags): Target {
  const input = specInputOf(url, { timeout: defaultTimeout, ...flags }, noInterval);
  const spec = parseTargetSpec(input, { ...flagRules, literalSecrets: 'allowed' }, flagLabels);
  const { timeoutMs, matchPattern, options } = spec;
  return { id: 0, url: spec.url, timeoutMs, matchPattern, options };
}

/** Whether it is up. Throws `check_impossible` where the fault is not the target's. */
async function checkOnce(fetcher: TargetFetcher, target: Target, format: OutputFormat): Promise<boolean> {
  const result = await fetcher.fetch(target);
  if (result.missed !== undefined) {
    const { code, detail } = result.missed;
    const evaluation = { outcome: 'missed' as const, matched: null, assertions: [], error: { code, detail } };
    if (format !== 'table') printDocument(format, checkReportJson(target, result, evaluation));
    throw new EverytickError('check_impossible', `${code}: ${detail}`);
  }
  const report: CheckReport = checkReportJson(target, result, evaluate(target, result));
  printAs(format, report, () => printCheckReport(target.options?.method ?? 'GET', report));
  return report.outcome === 'up';
}
