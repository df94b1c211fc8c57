// The processes that know the truth: a web server and a DNS server.

import { fileURLToPath } from 'node:url';
import { startProcess, type TestProcess } from '@everytick/testing';
import { request } from 'undici';
import type { DnsAddresses, ServerAddresses, ServerBooks, ServerRecord, WebAddresses } from './server-books.ts';

export interface Truth extends AsyncDisposable {
  readonly addresses: ServerAddresses;
  /** What both have written down since the last time, by name. */
  takeBooks(): Promise<ServerBooks>;
}

export async function startTruth(): Promise<Truth> {
  const web = await start('truth-server.ts');
  const dns = await start('truth-dns.ts');
  const atWeb: WebAddresses = await said(web);
  const atDns: DnsAddresses = await said(dns);
  return {
    addresses: { ...atWeb, ...atDns },
    takeBooks: async () => {
      const [ofWeb, ofDns] = [await booksAt(atWeb.books), await booksAt(atDns.books)];
      const both = Object.entries(ofWeb).map(([name, record]): [string, ServerRecord] => [
        name,
        { ...record, ...ofDns[name] },
      ]);
      return Object.fromEntries(both);
    },
    [Symbol.asyncDispose]: async () => {
      await web.end();
      await dns.end();
    },
  };
}

/** So much room for young objects that no run fills it: while a server collects its garbage, clients wait for it. */
function start(script: string): Promise<TestProcess> {
  const path = fileURLToPath(new URL(`./${script}`, import.meta.url));
  return startProcess(process.execPath, [
    '--conditions=everytick-source',
    '--min-semi-space-size=256',
    '--max-semi-space-size=256',
    path,
  ]);
}

async function said<Addresses>(server: TestProcess): Promise<Addresses> {
  return JSON.parse(await server.waitForOutput(/\{.*\}\n/)) as Addresses;
}

async function booksAt(port: number): Promise<ServerBooks> {
  const { body } = await request(`http://127.0.0.1:${port}/`);
  return (await body.json()) as ServerBooks;
}
