// The web site that the system under load checks: a process of its own (site.ts), over HTTP or HTTPS.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCertificateAuthority, makeScratchDirectory, startProcess } from '@everytick/testing';

export interface BenchSite extends AsyncDisposable {
  readonly pid: number;
  /** Such as `http://127.0.0.1:8080`, one for each of its addresses. */
  readonly origins: readonly string[];
  /** What it answers matches this, as a target's pattern and as one of blackbox_exporter. */
  readonly pattern: string;
  /** The file (PEM) of the authority that its certificate is from; undefined over plain HTTP. */
  readonly caFile: string | undefined;
}

export async function startBenchSite({
  secure,
  addresses = ['127.0.0.1'],
}: {
  secure: boolean;
  /** Of loopback. */
  addresses?: readonly string[];
}): Promise<BenchSite> {
  const authority = secure ? await createCertificateAuthority() : undefined;
  const certificate = await authority?.issue({ addresses });
  let caFile: string | undefined;
  if (authority !== undefined) {
    caFile = join(await makeScratchDirectory(), 'ca.pem');
    await writeFile(caFile, authority.cert);
  }
  const script = fileURLToPath(new URL('../site.ts', import.meta.url));
  const child = await startProcess(process.execPath, [script, JSON.stringify({ certificate, addresses })]);
  await child.waitForOutput('serving');
  return {
    pid: child.pid,
    origins: child.stdout.match(/^https?:.*$/gm) ?? [],
    pattern: 'All is w[a-z]+',
    caFile,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
