// The books of one of the truth's processes, and how they are fetched.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerRecord } from './server-books.ts';

export class Books {
  #records: Record<string, ServerRecord> = {};

  of(name: string): ServerRecord {
    this.#records[name] ??= {};
    return this.#records[name];
  }

  /** GET / gives them, as JSON, and begins new ones. Returns the port, on 127.0.0.1. */
  async serve(): Promise<number> {
    const server = createServer((_request, response) => {
      response.end(JSON.stringify(this.#records));
      this.#records = {};
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port;
  }
}

/** Whoever started this process may be killed. */
export function leaveWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit();
  }, 1_000);
}
