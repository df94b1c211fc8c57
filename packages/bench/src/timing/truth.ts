// What a monitor is held to: how long the server, by its own books, made each phase of a check last. What is compared is
// time that the server spent, not time that passed between two things that the client did, so all that the client needs for
// its own work counts as its error.
//
// - dns: from the question's coming to the answer's leaving.
// - connect: nothing. A program cannot delay it: the kernel answers a SYN whether or not the program accepts, so whatever a
//   monitor reports is its error. Through the proxy: from the CONNECT request's coming to the answer's leaving.
// - tls: from the ClientHello's coming to the leaving of what answers it. The server is not done then, but the
//   client is: in TLS 1.3 it waits for nothing more, and checking the certificate is its own work.
// - request: nothing. The kernel takes a small request at once.
// - first_byte: from the request's coming to the leaving of the first piece of the response.
// - download: from there to the leaving of the last piece.
// - total: what the monitor says is its response time, against the time from the first thing that the server heard of a check (the
//   question, or the connection) to the leaving of the last piece: the check as somebody at the server's door would time it.
// - own_work: the same response time against the sum of the others: all that the monitor itself, the kernel and the server's
//   cryptography needed in between counts as error. What of the total is not the server's doing.
//
// A server that accepts late lets what the client sends first lie there, which is the ClientHello or the request. There,
// tls or first_byte begins with the connection.
//
// The server's books are late as well: what comes while the server is busy is read later (arrival.ts makes the best of it), and
// the client has waited for it all the same. That counts against the monitor, too.

import type { CheckPlan } from './check-plan.ts';
import type { ServerRecord } from './server-books.ts';

/** Each is compared by itself. In milliseconds; absent where a check has no such phase. */
export type PhaseTimes = { readonly [phase in ComparedPhase]?: number | undefined };

export const comparedPhases = [
  'dns',
  'connect',
  'connect_by_proxy',
  'tls',
  'tls_accepted_late',
  'request',
  'first_byte',
  'first_byte_accepted_late',
  'download',
  'total',
  'own_work',
] as const;
export type ComparedPhase = (typeof comparedPhases)[number];

/** What a monitor says of a check, in milliseconds; undefined where it does not say. */
export interface Said {
  readonly dnsMs?: number | undefined;
  readonly connectMs?: number | undefined;
  readonly tlsMs?: number | undefined;
  readonly requestMs?: number | undefined;
  readonly firstByteMs?: number | undefined;
  readonly downloadMs?: number | undefined;
  readonly totalMs?: number | undefined;
  readonly ownWorkMs?: number | undefined;
}

/** The same check by the server's books. Throws for one that the server has not seen to the end. */
export function truthOf(plan: CheckPlan, record: ServerRecord): Said {
  const between = (from: keyof ServerRecord, to: keyof ServerRecord): number => {
    const [fromMs, toMs] = [record[from], record[to]];
    if (fromMs === undefined || toMs === undefined) throw new Error(`the server's books lack ${from} or ${to}`);
    return toMs - fromMs;
  };
  const isTls = plan.scheme === 'https';
  const late = plan.acceptMs > 0;
  const dnsMs = record.questionMs === undefined ? undefined : between('questionMs', 'answerMs');
  const connectMs = plan.proxied ? between('askedMs', 'tunnelMs') : 0;
  const tlsMs = isTls ? between(late ? 'acceptedMs' : 'helloMs', 'flightMs') : undefined;
  const firstByteMs = between(late && !isTls ? 'acceptedMs' : 'requestMs', 'firstByteMs');
  const downloadMs = between('firstByteMs', 'lastByteMs');
  const ownWorkMs = (dnsMs ?? 0) + connectMs + (tlsMs ?? 0) + firstByteMs + downloadMs;
  const totalMs = between(record.questionMs === undefined ? 'acceptedMs' : 'questionMs', 'lastByteMs');
  return { dnsMs, connectMs, tlsMs, requestMs: 0, firstByteMs, downloadMs, totalMs, ownWorkMs };
}

/** Puts the phases of a check under the headings that they are compared by. */
export function byPhase(plan: CheckPlan, times: Said): PhaseTimes {
  const late = plan.acceptMs > 0;
  return {
    dns: times.dnsMs,
    [plan.proxied ? 'connect_by_proxy' : 'connect']: times.connectMs,
    [late ? 'tls_accepted_late' : 'tls']: times.tlsMs,
    request: times.requestMs,
    [late && plan.scheme === 'http' ? 'first_byte_accepted_late' : 'first_byte']: times.firstByteMs,
    download: times.downloadMs,
    total: times.totalMs,
    own_work: times.ownWorkMs,
  };
}
