// Prometheus and blackbox_exporter as Debian has them, checking the same targets as we do: at the same interval, with a
// connection for each check, the same pattern on the body, and every result stored. Its files are JSON, which is YAML.

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DebianPackage,
  eventually,
  findInstalled,
  makeScratchDirectory,
  startProcess,
  unusedPort,
} from '@everytick/testing';
import type { BenchSite } from '../load/bench-site.ts';

export interface Peer extends AsyncDisposable {
  readonly pids: { readonly prometheus: number; readonly blackbox_exporter: number };
  /** Resolves when it knows. None at all: it is idle. */
  setTargets(urls: readonly string[]): Promise<void>;
  /** Of the checks that it stored in these last seconds. */
  storedSince(seconds: number, until: Date): Promise<{ readonly checks: number; readonly succeeded: number }>;
}

export function requirePeers(): void {
  for (const name of ['prometheus', 'prometheus-blackbox-exporter'] as const) programOf(name);
}

function programOf(name: DebianPackage): string {
  const path = findInstalled(name);
  if (path === undefined)
    throw new Error(`${name} is not installed, so there is nothing to compare with: apt-get install ${name}`);
  return path;
}

export async function startPeer(site: BenchSite, intervalS: number, timeoutMs: number): Promise<Peer> {
  await using starting = new AsyncDisposableStack();
  const directory = await makeScratchDirectory();
  const file = (name: string) => join(directory, name);

  const blackboxAddress = `127.0.0.1:${await unusedPort()}`;
  await writeFile(file('blackbox.yml'), JSON.stringify(blackboxConfig(site, timeoutMs)));
  const blackbox = starting.use(
    await startProcess(programOf('prometheus-blackbox-exporter'), [
      `--config.file=${file('blackbox.yml')}`,
      `--web.listen-address=${blackboxAddress}`,
      '--log.level=info',
    ]),
  );
  await blackbox.waitForOutput('Listening on');

  // Prometheus follows files in a directory, and would take one that is half written.
  await mkdir(file('targets'));
  const writeTargets = async (urls: readonly string[]) => {
    await writeFile(file('targets.json'), JSON.stringify([{ targets: urls }]));
    await rename(file('targets.json'), join(file('targets'), 'all.json'));
  };
  await writeTargets([]);
  await writeFile(
    file('prometheus.yml'),
    JSON.stringify(prometheusConfig(join(file('targets'), '*.json'), blackboxAddress, intervalS)),
  );
  const address = `127.0.0.1:${await unusedPort()}`;
  const prometheus = starting.use(
    await startProcess(programOf('prometheus'), [
      `--config.file=${file('prometheus.yml')}`,
      `--storage.tsdb.path=${file('data')}`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
    ]),
  );
  await eventually(async () => (await fetch(`http://${address}/-/ready`)).ok, { timeoutMs: 30_000 });
  const stack = starting.move();

  const ask = async (path: string) => {
    const response = await fetch(`http://${address}/api/v1/${path}`);
    const { data, error } = (await response.json()) as { data?: unknown; error?: string };
    if (data === undefined) throw new Error(`Prometheus does not answer ${path}: ${error}`);
    return data;
  };
  const evaluate = async (query: string, at: Date) => {
    const asked = new URLSearchParams({ query, time: String(at.getTime() / 1_000) });
    const { result } = (await ask(`query?${asked}`)) as { result: { value: [number, string] }[] };
    return Number(result[0]?.value[1] ?? 0);
  };
  return {
    pids: { prometheus: prometheus.pid, blackbox_exporter: blackbox.pid },
    async setTargets(urls) {
      await writeTargets(urls);
      const known = async () =>
        ((await ask('targets?state=active')) as { activeTargets: unknown[] }).activeTargets.length === urls.length;
      await eventually(known, { timeoutMs: 30_000 });
    },
    async storedSince(seconds, until) {
      return {
        checks: await evaluate(`sum(count_over_time(probe_success[${seconds}s]))`, until),
        succeeded: await evaluate(`sum(sum_over_time(probe_success[${seconds}s]))`, until),
      };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function blackboxConfig(site: BenchSite, timeoutMs: number) {
  const http = {
    preferred_ip_protocol: 'ip4',
    fail_if_body_not_matches_regexp: [site.pattern],
    ...(site.caFile !== undefined && { tls_config: { ca_file: site.caFile } }),
  };
  return { modules: { http_2xx: { prober: 'http', timeout: `${timeoutMs}ms`, http } } };
}

/** As blackbox_exporter's own README has it. */
function prometheusConfig(targetFiles: string, blackboxAddress: string, intervalS: number) {
  const job = {
    job_name: 'blackbox',
    metrics_path: '/probe',
    params: { module: ['http_2xx'] },
    file_sd_configs: [{ files: [targetFiles] }],
    relabel_configs: [
      { source_labels: ['__address__'], target_label: '__param_target' },
      { source_labels: ['__param_target'], target_label: 'instance' },
      { target_label: '__address__', replacement: blackboxAddress },
    ],
  };
  return { global: { scrape_interval: `${intervalS}s`, scrape_timeout: `${intervalS}s` }, scrape_configs: [job] };
}
