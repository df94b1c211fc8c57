// everytick check: one check from the shell, made and judged as a worker would, with everything that was measured.

import {
  EverytickError,
  parseTargetSpec,
  readSettings,
  type Target,
  type TargetFetcher,
  workerSettings,
} from '@everytick/core';
import { EgressPolicy, evaluate, NameResolver, SecretResolver, UndiciFetcher } from '@everytick/worker';
import { Command } from 'commander';
import { printJson } from '../output/print.ts';
import { addCheckFlags, type CheckFlags, referenceHelp } from './check-flags.ts';
import { checkReportJson, printCheckReport } from './check-report.ts';
import { settingsHelp } from './settings-help.ts';
import { flagLabels, specInputOf } from './target-options.ts';
import { flagRules } from './target-rules.ts';
import { warmUp } from './warm-up.ts';

interface Flags extends CheckFlags {
  readonly timeout?: string;
  readonly match?: string;
  readonly json?: true;
}

const { egressAllow, egressDeny, bodyLimitBytes } = workerSettings;
const settings = { egressAllow, egressDeny, bodyLimitBytes };

const defaultTimeout = '10s';
/** A check that is made once has no interval: the longest, so that any timeout goes with it. */
const noInterval = '1d';

export function checkCommand(): Command {
  const command = new Command('check')
    .description('check a URL once, and show what was measured')
    .argument('<url>', 'an http or https URL')
    .option('--timeout <duration>', `how long it may take: 100ms to 120s (default: ${defaultTimeout})`)
    .option('--match <regex>', 'a regular expression (RE2 syntax) that the body has to match')
    .option('--json', 'print a JSON document');
  return addCheckFlags(command)
    .addHelpText(
      'after',
      `
Nothing is stored, and no database is needed. Exit code: 0 up, 1 not up, 2 used wrongly.

Examples:
  everytick check https://example.org
  everytick check https://shop.example/ --match 'Add to cart' --certificate-days 14 --degraded-above 500ms
  everytick check https://api.example/health --json-path '$.status == ok' --bearer env:API_TOKEN --json
  EVERYTICK_EGRESS_ALLOW=127.0.0.0/8 everytick check http://localhost:3000
${referenceHelp}
Here any variable and any file will do, and secrets may be written out as well.
${settingsHelp(Object.values(settings))}`,
    )
    .action(async (url: string, flags: Flags) => {
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
        process.exitCode = (await checkOnce(fetcher, target, flags.json === true)) ? 0 : 1;
      } finally {
        await fetcher.close();
        resolver.close();
      }
    });
}

/** Throws `target_invalid`. */
function targetOf(url: string, flags: Flags): Target {
  const input = specInputOf(url, { timeout: defaultTimeout, ...flags }, noInterval);
  const spec = parseTargetSpec(input, { ...flagRules, literalSecrets: 'allowed' }, flagLabels);
  const { timeoutMs, matchPattern, options } = spec;
  return { id: 0, url: spec.url, timeoutMs, matchPattern, options };
}

/** Whether it is up. Throws `check_impossible` where the fault is not the target's. */
async function checkOnce(fetcher: TargetFetcher, target: Target, json: boolean): Promise<boolean> {
  const result = await fetcher.fetch(target);
  if (result.missed !== undefined) {
    const { code, detail } = result.missed;
    const evaluation = { outcome: 'missed' as const, matched: null, assertions: [], error: { code, detail } };
    if (json) printJson(checkReportJson(target, result, evaluation));
    throw new EverytickError('check_impossible', `${code}: ${detail}`);
  }
  const evaluation = evaluate(target, result);
  if (json) printJson(checkReportJson(target, result, evaluation));
  else printCheckReport(target, result, evaluation);
  return evaluation.outcome === 'up';
}
