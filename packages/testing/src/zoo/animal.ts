// What every bad server of the zoo has: a way to start it, a target that is checked against it, and how that has to end.

import type { CheckErrorCode, CheckOptions, HttpProtocol } from '@everytick/core';
import { type Reply, startWebServer } from '../web-server.ts';

export interface Animal {
  /** What it does, a sentence whose subject is the server. */
  readonly name: string;
  /** Starts it, until the test (or else the test file) is over. */
  readonly start: () => Promise<Visit>;
  /** `up`, or the error code of a check that is down. */
  readonly ends: 'up' | CheckErrorCode;
  /** The protocol that the check has to report; any where absent. */
  readonly protocol?: HttpProtocol;
  /**
   * It eats the memory of a worker that lets it: a `bomb` with what it unpacks to, a `flood` with what it sends until the
   * deadline, as fast as it is read.
   */
  readonly hungry?: 'bomb' | 'flood';
  /** What a machine must have for it. */
  readonly needs?: 'ipv6';
}

/** The target of one check: the parts of `Target` that a server has a say in. */
export interface Visit {
  readonly url: string;
  /** Short where the check is to time out; 5,000 where absent. */
  readonly timeoutMs?: number;
  readonly matchPattern?: string;
  readonly options?: CheckOptions;
}

/** The networks that a fetcher has to be allowed: the zoo's own addresses, and no more of the loopback network. */
export const zooNetworks = ['127.0.0.1/32', '127.0.0.8/30', '::1/128'];

/** For animals that time out: far more than the machine needs to get to the point, far less than anyone likes to wait. */
export const shortMs = 600;

/** An animal that is a web server with one reply. */
export function page(reply: Reply, visit: Omit<Visit, 'url'> = {}): Animal['start'] {
  return async () => {
    const server = await startWebServer({ routes: { '/': reply } });
    return { url: `${server.url}/`, ...visit };
  };
}
