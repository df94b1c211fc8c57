// What one check came to, as `everytick check --json` prints it and the API answers with.

import { z } from 'zod';
import { assertionKinds, httpProtocols } from '../domain/check.ts';
import { microseconds, moment, outcome } from './fields.ts';

const phase = (description: string) => microseconds(description).nullable();

export const checkReport = z
  .object({
    url: z.string().meta({ description: 'without its password' }),
    final_url: z.string().meta({ description: 'of the last request, after redirects' }),
    outcome,
    error_code: z.string().nullable(),
    error_detail: z.string().nullable(),
    status: z.int().nullable(),
    response_time_us: microseconds('from the look-up of the name to the last byte of the body'),
    phases_us: z.object({
      dns_wait: phase('waiting for a turn of the resolver, no part of the response time'),
      dns: phase('look-up'),
      connect: phase('TCP'),
      tls: phase('handshake'),
      request: phase('sending'),
      first_byte: phase('waiting for the response'),
      download: phase('reading the body'),
    }),
    remote_address: z.string().nullable(),
    protocol: z.enum(httpProtocols).nullable(),
    redirects: z.int().nonnegative(),
    body_bytes: z.int().nullable(),
    body_truncated: z.boolean().meta({ description: 'whether it was longer than the worker reads' }),
    matched: z.boolean().nullable(),
    assertions: z.array(
      z.object({ kind: z.enum(assertionKinds), expected: z.string(), seen: z.string(), ok: z.boolean() }),
    ),
    tls: z
      .object({
        version: z.string(),
        cipher: z.string(),
        expires_at: moment('of the first certificate of the chain to expire').nullable(),
        chain: z.array(
          z.object({
            subject: z.string(),
            issuer: z.string(),
            names: z.array(z.string()),
            valid_from: moment('null where it cannot be read').nullable(),
            expires_at: moment('null where it cannot be read').nullable(),
            sha256: z.string(),
          }),
        ),
      })
      .nullable(),
  })
  .meta({ id: 'CheckReport' });
export type CheckReport = z.infer<typeof checkReport>;

/** Of a check that a worker carried out because somebody asked for it. */
export const checkReportResource = checkReport
  .extend({ worker: z.string().meta({ description: 'who carried it out' }), location: z.string() })
  .meta({ id: 'WorkerCheckReport' });
export type CheckReportResource = z.infer<typeof checkReportResource>;
