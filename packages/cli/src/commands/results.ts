// everytick results

import {
  databaseNow,
  EverytickError,
  findTarget,
  listLocations,
  type Outcome,
  outcomes,
  type Queryable,
  type RecentResult,
  type RecentResultsQuery,
  recentResults,
} from '@everytick/core';
import { Command, InvalidArgumentError } from 'commander';
import { formatError, formatMoment, formatMs, formatUs } from '../output/format.ts';
import { paint, paintOutcome } from '../output/paint.ts';
import { printJson, printLine, printTable } from '../output/print.ts';
import { durationOf } from './duration-option.ts';
import { momentHelp, momentOf } from './moment-option.ts';
import { repeatable } from './repeatable-option.ts';
import { databaseHelp, withDatabase } from './with-database.ts';

interface ResultsFlags {
  readonly target?: string;
  readonly outcome?: readonly Outcome[];
  readonly location?: readonly string[];
  readonly limit: number;
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: true;
}

export function resultsCommand(): Command {
  return new Command('results')
    .description('show what was recorded, newest first')
    .option('--target <name>', 'of this target only, by name or id; deleted ones can be asked for too')
    .option('--outcome <outcome>', `with this outcome only: ${outcomes.join(', ')}; again for one more`, outcomeOf)
    .option('--location <name>', 'from this location only; again for one more', repeatable)
    .option('--limit <count>', 'at most so many, 1 to 10000', limitOf, 20)
    .option('--since <duration>', 'scheduled within this time, such as 90s, 1h, 7d')
    .option('--from <when>', 'scheduled at this moment or later')
    .option('--to <when>', 'scheduled before this moment')
    .option('--json', 'print a JSON document')
    .addHelpText(
      'after',
      `${momentHelp}

Examples:
  everytick results
  everytick results --target shop --since 1h --limit 100
  everytick results --outcome down --outcome degraded --from 2026-03-01 --to 2026-03-02
  everytick results --json | jq '.results[] | select(.suspect)'
${databaseHelp}`,
    )
    .action(async (flags: ResultsFlags) => {
      const period = periodOf(flags);
      const results = await withDatabase(async (database) => {
        const target = flags.target === undefined ? null : await findTarget(database, flags.target);
        await checkLocations(database, flags.location);
        return recentResults(database, {
          ...(await period(database)),
          limit: flags.limit,
          ...(target && { targetIds: [target.id] }),
          ...(flags.outcome && { outcomes: flags.outcome }),
          ...(flags.location && { locations: flags.location }),
        });
      });
      if (flags.json) printJson({ results: results.map(jsonOf) });
      else if (results.length === 0) printLine('Nothing has been recorded yet that matches.');
      else printResults(results);
    });
}

function outcomeOf(given: string, before: readonly Outcome[] | undefined): readonly Outcome[] {
  const outcome = outcomes.find((each) => each === given);
  if (outcome === undefined) throw new InvalidArgumentError(`allowed are ${outcomes.join(', ')}.`);
  return [...(before ?? []), outcome];
}

/** What is wrong with the flags is said at once; what is now is for the database to say. */
function periodOf(flags: ResultsFlags): (database: Queryable) => Promise<Pick<RecentResultsQuery, 'since' | 'until'>> {
  if (flags.since !== undefined && flags.from !== undefined) {
    throw new EverytickError('usage', 'give either --since DURATION or --from WHEN, not both');
  }
  const sinceMs = flags.since === undefined ? null : durationOf('--since', flags.since);
  const from = flags.from === undefined ? null : momentOf('--from', flags.from);
  const to = flags.to === undefined ? null : momentOf('--to', flags.to);
  return async (database) => {
    const now = await databaseNow(database);
    const moment = (given: Date | 'now' | null) => (given === 'now' ? now : given);
    const since = sinceMs === null ? moment(from) : new Date(now.getTime() - sinceMs);
    const until = moment(to);
    if (since !== null && until !== null && since >= until) {
      throw new EverytickError('usage', `nothing lies between ${since.toISOString()} and ${until.toISOString()}`);
    }
    return { ...(since && { since }), ...(until && { until }) };
  };
}

async function checkLocations(database: Queryable, names: readonly string[] = []): Promise<void> {
  if (names.length === 0) return;
  const known = (await listLocations(database)).map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new EverytickError('usage', `--location '${name}' is not known; there are ${known.join(', ')}`);
  }
}

function limitOf(given: string): number {
  const limit = /^\d+$/.test(given) ? Number(given) : 0;
  if (limit < 1 || limit > 10_000) throw new InvalidArgumentError('allowed are 1 to 10000.');
  return limit;
}

const columns = [
  { head: 'SCHEDULED (UTC)' },
  { head: 'TARGET', shrinkTo: 12 },
  { head: 'LOCATION', dispensable: 3 },
  { head: 'OUTCOME' },
  { head: 'STATUS', align: 'right' },
  { head: 'RESPONSE', align: 'right' },
  { head: 'LATENESS', align: 'right', dispensable: 2 },
  { head: 'ERROR', shrinkTo: 12, dispensable: 1 },
] as const;

function printResults(results: readonly RecentResult[]): void {
  printTable(columns, results.map(rowOf));
  if (!results.some(({ suspect }) => suspect)) return;
  printLine();
  printLine(paint('dim', '~ doubtful: the worker itself was held up while it measured.'));
}

function rowOf(result: RecentResult): string[] {
  const ticks = result.ticks > 1 ? ` x${result.ticks}` : '';
  return [
    formatMoment(result.scheduledAt),
    result.target,
    result.location,
    paintOutcome(result.outcome) + ticks,
    String(result.httpStatus ?? '-'),
    (result.suspect ? '~' : '') + formatUs(result.responseTimeUs),
    formatMs(result.latenessMs),
    errorOf(result),
  ];
}

/** The error is about the first assertion that failed. */
function errorOf({ errorCode, errorDetail, failed }: RecentResult): string {
  const error = formatError(errorCode, errorDetail);
  const others = [...new Set(failed.slice(1).map(({ kind }) => kind))];
  return others.length === 0 ? error : `${error} (failed as well: ${others.join(', ')})`;
}

function jsonOf(result: RecentResult): object {
  const { phases } = result;
  return {
    target_id: result.targetId,
    target: result.target,
    location: result.location,
    scheduled_at: result.scheduledAt,
    started_at: result.startedAt,
    lateness_ms: result.latenessMs,
    outcome: result.outcome,
    http_status: result.httpStatus,
    response_time_us: result.responseTimeUs,
    dns_us: phases.dnsUs,
    connect_us: phases.connectUs,
    tls_us: phases.tlsUs,
    first_byte_us: phases.firstByteUs,
    download_us: phases.downloadUs,
    phases_us: {
      dns_wait: phases.dnsWaitUs,
      dns: phases.dnsUs,
      connect: phases.connectUs,
      tls: phases.tlsUs,
      request: phases.requestUs,
      first_byte: phases.firstByteUs,
      download: phases.downloadUs,
    },
    body_bytes: result.bodyBytes,
    matched: result.matched,
    error_code: result.errorCode,
    error_detail: result.errorDetail,
    ticks: result.ticks,
    protocol: result.protocol,
    remote_address: result.remoteAddress,
    redirects: result.redirects,
    certificate_expires_at: result.certificateExpiresAt,
    worker: result.worker,
    loop_delay_us: result.loopDelayUs,
    suspect: result.suspect,
    failed_assertions: result.failed,
  };
}
