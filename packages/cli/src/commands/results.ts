// everytick results

import { databaseNow, findTarget, type RecentResult, recentResults } from '@everytick/core';
import { Command, InvalidArgumentError } from 'commander';
import { formatError, formatMoment, formatMs, formatUs } from '../output/format.ts';
import { paintOutcome } from '../output/paint.ts';
import { printJson, printLine, printTable } from '../output/print.ts';
import { durationOf } from './duration-option.ts';
import { databaseHelp, withDatabase } from './with-database.ts';

interface ResultsFlags {
  readonly target?: string;
  readonly limit: number;
  readonly since?: string;
  readonly json?: true;
}

export function resultsCommand(): Command {
  return new Command('results')
    .description('show what was recorded, newest first')
    .option('--target <name>', 'of this target only, by name or id; deleted ones can be asked for too')
    .option('--limit <count>', 'at most so many, 1 to 10000', limitOf, 20)
    .option('--since <duration>', 'scheduled within this time, such as 90s, 1h, 7d')
    .option('--json', 'print a JSON document')
    .addHelpText(
      'after',
      `
Examples:
  everytick results
  everytick results --target shop --since 1h --limit 100
  everytick results --json | jq '.results[] | select(.outcome == "down")'
${databaseHelp}`,
    )
    .action(async (flags: ResultsFlags) => {
      const sinceMs = flags.since === undefined ? null : durationOf('--since', flags.since);
      const results = await withDatabase(async (database) => {
        const target = flags.target === undefined ? null : await findTarget(database, flags.target);
        const now = sinceMs === null ? null : await databaseNow(database);
        return recentResults(database, {
          limit: flags.limit,
          ...(target === null ? {} : { targetIds: [target.id] }),
          ...(now === null || sinceMs === null ? {} : { since: new Date(now.getTime() - sinceMs) }),
        });
      });
      if (flags.json) printJson({ results: results.map(jsonOf) });
      else if (results.length === 0) printLine('Nothing has been recorded yet that matches.');
      else printTable(columns, results.map(rowOf));
    });
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

function rowOf(result: RecentResult): string[] {
  const ticks = result.ticks > 1 ? ` x${result.ticks}` : '';
  return [
    formatMoment(result.scheduledAt),
    result.target,
    result.location,
    paintOutcome(result.outcome) + ticks,
    String(result.httpStatus ?? '-'),
    formatUs(result.responseTimeUs),
    formatMs(result.latenessMs),
    formatError(result.errorCode, result.errorDetail),
  ];
}

function jsonOf(result: RecentResult): object {
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
    dns_us: result.dnsUs,
    connect_us: result.connectUs,
    tls_us: result.tlsUs,
    first_byte_us: result.firstByteUs,
    download_us: result.downloadUs,
    body_bytes: result.bodyBytes,
    matched: result.matched,
    error_code: result.errorCode,
    error_detail: result.errorDetail,
    ticks: result.ticks,
  };
}
