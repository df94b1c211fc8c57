// blackbox_exporter as a monitor to be compared.
//
// It resolves names by the system's resolver, which cannot be pointed to a server of ours, so its targets are addresses and
// it has no dns phase to compare. The name goes along as `hostname`, from which it makes the Host header and SNI.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '@everytick/testing';
import { Agent, request } from 'undici';
import type { CheckPlan } from './check-plan.ts';
import { freePort } from './free-port.ts';
import type { Monitor } from './monitor.ts';
import { portFor, type ServerAddresses } from './server-books.ts';
import type { Said } from './truth.ts';

const PROGRAM = 'prometheus-blackbox-exporter';

/** Throws, in words for people, where it is not installed. */
export async function requireBlackboxExporter(): Promise<void> {
  try {
    await using version = await startProcess(PROGRAM, ['--version']);
    await version.exited;
  } catch {
    throw new Error(
      `blackbox_exporter is not installed, so there is nothing to compare with: apt-get install ${PROGRAM}`,
    );
  }
}

export async function blackboxExporter(server: ServerAddresses): Promise<Monitor> {
  const folder = await mkdtemp(join(tmpdir(), 'everytick-blackbox-'));
  const [caFile, configFile] = [join(folder, 'ca.pem'), join(folder, 'blackbox.yml')];
  const http = { preferred_ip_protocol: 'ip4', ip_protocol_fallback: false, tls_config: { ca_file: caFile } };
  await writeFile(caFile, server.ca);
  // JSON is YAML.
  await writeFile(configFile, JSON.stringify({ modules: { timing: { prober: 'http', timeout: '10s', http } } }));
  const address = `127.0.0.1:${await freePort()}`;
  const args = [`--config.file=${configFile}`, `--web.listen-address=${address}`, '--log.level=info'];
  const exporter = await startProcess(PROGRAM, args);
  await exporter.waitForOutput('Listening on');
  const agent = new Agent();
  return {
    name: 'blackbox_exporter',
    usesProxies: false,
    check: async (plan) => {
      const target = `${plan.scheme}://127.0.0.1:${portFor(plan, server)}/`;
      const query = new URLSearchParams({ module: 'timing', target, hostname: plan.name });
      const metrics = await request(`http://${address}/probe?${query}`, { dispatcher: agent })
        .then(({ body }) => body.text())
        .catch(() => '');
      const succeeded = sampleOf(metrics, 'probe_success') === 1;
      return {
        plan,
        said: saidIn(metrics, plan),
        failure: succeeded ? null : 'there is no probe_success 1 in its answer',
        suspect: null,
      };
    },
    [Symbol.asyncDispose]: async () => {
      await agent.close();
      await exporter.end();
      await rm(folder, { recursive: true });
    },
  };
}

/** `processing` is the time from the connection to the response's first byte: it does not tell the request apart. */
function saidIn(metrics: string, { scheme }: CheckPlan): Said {
  const phaseMs = (phase: string) => sampleOf(metrics, `probe_http_duration_seconds{phase="${phase}"}`) * 1_000;
  const totalMs = sampleOf(metrics, 'probe_duration_seconds') * 1_000;
  return {
    connectMs: phaseMs('connect'),
    tlsMs: scheme === 'https' ? phaseMs('tls') : undefined,
    firstByteMs: phaseMs('processing'),
    downloadMs: phaseMs('transfer'),
    totalMs,
    ownWorkMs: totalMs,
  };
}

function sampleOf(metrics: string, series: string): number {
  const line = metrics.split('\n').find((text) => text.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? Number.NaN);
}
