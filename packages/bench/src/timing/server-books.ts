// What the truth's two processes write down of each check, and how a client finds it.

import { acceptDelaysMs, type CheckPlan } from './check-plan.ts';

/** Moments in milliseconds on the machine's monotonic clock; only their differences mean anything. By name. */
export interface ServerRecord {
  /** A question for the name came. */
  questionMs?: number;
  /** Its answer was handed to the kernel. */
  answerMs?: number;
  /** The server learnt of the connection. */
  acceptedMs?: number;
  /** The proxy was asked for a way, and said that it stands. */
  askedMs?: number;
  tunnelMs?: number;
  /** The ClientHello came; the server's answer to it, with its certificate, was handed to the kernel. */
  helloMs?: number;
  flightMs?: number;
  /** The request had come as a whole; the response's headers, and its last byte, were handed to the kernel. */
  requestMs?: number;
  firstByteMs?: number;
  lastByteMs?: number;
}

export type ServerBooks = Readonly<Record<string, ServerRecord>>;

/** The lines that the processes print when all of it listens; everything on 127.0.0.1. */
export interface DnsAddresses {
  readonly dns: number;
  /** GET / gives the books, as JSON, and begins new ones. */
  readonly books: number;
}

export interface WebAddresses {
  readonly proxy: number;
  /** By scheme, in the order of `acceptDelaysMs`. */
  readonly http: readonly number[];
  readonly https: readonly number[];
  readonly books: number;
  /** PEM of the authority behind the server's certificate. */
  readonly ca: string;
}

export type ServerAddresses = Omit<WebAddresses, 'books'> & Omit<DnsAddresses, 'books'>;

/** Where the check is to connect: the listener that accepts as late as it wants. */
export function portFor({ scheme, acceptMs }: CheckPlan, server: ServerAddresses): number {
  const port = server[scheme][acceptDelaysMs.indexOf(acceptMs)];
  if (port === undefined) throw new RangeError(`nothing accepts connections after ${acceptMs} ms`);
  return port;
}
