// Rows of the ledger as the API and `--json` show them.

import { z } from 'zod';
import type { RecentResult } from '../results/ledger-queries.ts';
import { microseconds, moment, nextCursor, outcome, targetId } from './fields.ts';

const phase = (description: string) => microseconds(description).nullable();

export const resultResource = z
  .object({
    target_id: targetId,
    target: z.string(),
    location: z.string(),
    scheduled_at: moment('the tick'),
    started_at: moment('when the request began; null where none was made').nullable(),
    lateness_ms: z.number().nullable().meta({ description: 'started_at - scheduled_at' }),
    outcome,
    http_status: z.int().nullable(),
    response_time_us: microseconds('from the look-up of the name to the last byte of the body').nullable(),
    phases_us: z.object({
      dns_wait: phase('waiting for a turn of the resolver, no part of the response time'),
      dns: phase('look-up'),
      connect: phase('TCP'),
      tls: phase('handshake'),
      request: phase('sending'),
      first_byte: phase('waiting for the response'),
      download: phase('reading the body'),
    }),
    body_bytes: z.int().nullable(),
    matched: z.boolean().nullable(),
    error_code: z.string().nullable(),
    error_detail: z.string().nullable(),
    ticks: z.int().positive().meta({ description: 'how many ticks the row stands for' }),
    protocol: z.string().nullable(),
    remote_address: z.string().nullable(),
    redirects: z.int().nullable(),
    certificate_expires_at: moment('of the first certificate of the chain to expire').nullable(),
    worker: z.string().nullable(),
    loop_delay_us: microseconds('the longest time for which the worker was held up meanwhile').nullable(),
    suspect: z.boolean().nullable().meta({ description: 'whether that makes the figures doubtful' }),
    failed_assertions: z.array(z.object({ kind: z.string(), expected: z.string(), seen: z.string() })),
  })
  .meta({ id: 'Result' });
export type ResultResource = z.infer<typeof resultResource>;

export const resultPage = z
  .object({
    results: z.array(resultResource),
    next_cursor: nextCursor,
    kept_since: moment('results before this moment are not kept any more; null where all of them are').nullable(),
  })
  .meta({
    id: 'ResultPage',
    description:
      'Newest first. A page may hold fewer results than were asked for, or none, where looking for more would have taken too long: `next_cursor` goes on from there',
  });
export type ResultPage = z.infer<typeof resultPage>;

export function resultResourceOf(result: RecentResult): ResultResource {
  const { phases } = result;
  return {
    target_id: result.targetId,
    target: result.target,
    location: result.location,
    scheduled_at: result.scheduledAt.toISOString(),
    started_at: result.startedAt?.toISOString() ?? null,
    lateness_ms: result.latenessMs,
    outcome: result.outcome,
    http_status: result.httpStatus,
    response_time_us: result.responseTimeUs,
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
    certificate_expires_at: result.certificateExpiresAt?.toISOString() ?? null,
    worker: result.worker,
    loop_delay_us: result.loopDelayUs,
    suspect: result.suspect,
    failed_assertions: result.failed.map(({ kind, expected, seen }) => ({ kind, expected, seen })),
  };
}
