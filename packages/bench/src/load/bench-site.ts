// The web site that the system under load checks: a process of its own (site.ts), over HTTP or HTTPS.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCertificateAuthority, makeScratchDirectory, startProcess } from '@everytick/testing';

export interface BenchSite extends AsyncDisposable {
  readonly pid: number;
  /** Such as `http://127.0.0.1:8080`. */
  readonly origin: string;
  /** What it answers matches this, as a target's pattern and as one of blackbox_exporter. */
  readonly pattern: string;
  /** The file (PEM) of the authority that its certificate is from; undefined over plain HTTP. */
  readonly caFile: string | undefined;
}

export async function startBenchSite({ secure }: { secure: boolean }): Promise<BenchSite> {
  const args = [fileURLToPath(new URL('../site.ts', import.meta.url))];
  let caFile: string | undefined;
  if (secure) {
    const ca = await createCertificateAuthority();
    caFile = join(await makeScratchDirectory(), 'ca.pem');
    await writeFile(caFile, ca.cert);
    args.push(JSON.stringify(await ca.issue()));
  }
  const child = await startProcess(process.execPath, args);
  const origin = (await child.waitForOutput(/https?:\S+\n/)).trim();
  return {
    pid: child.pid,
    origin,
    pattern: 'All is w[a-z]+',
    caFile,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
