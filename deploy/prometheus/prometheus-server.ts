// A real Prometheus for a test, with our configuration and our rules, only faster: it scrapes every second, and a minute of the
// rules is two seconds.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, findInstalled, makeScratchDirectory, startProcess, unusedPort } from '@everytick/testing';
import { parse, stringify } from 'yaml';
import { ruleFileNames, ruleText } from './rule-files.ts';

export interface PrometheusServer {
  /** The values that the query has now. */
  query(expr: string): Promise<number[]>;
  rules(): Promise<readonly { readonly name: string; readonly health: string; readonly lastError?: string }[]>;
  /** Those that are pending or firing. */
  alerts(): Promise<readonly { readonly name: string; readonly state: 'pending' | 'firing' }[]>;
}

const SECONDS_OF_A_MINUTE = 2;

/** `targets`: host:port, by job. Resolves when it is ready to be asked; it ends with the test. */
export async function startPrometheus(targets: Readonly<Record<string, readonly string[]>>): Promise<PrometheusServer> {
  const directory = await makeScratchDirectory();
  await mkdir(join(directory, 'rules'));
  for (const name of ruleFileNames) await writeFile(join(directory, 'rules', name), hurried(ruleText(name)));
  const config = parse(await readFile(new URL('prometheus.yml', import.meta.url), 'utf8')) as {
    scrape_configs: { job_name: string; scrape_timeout?: string; static_configs: object[] }[];
  };
  for (const scrape of config.scrape_configs) {
    delete scrape.scrape_timeout;
    scrape.static_configs = [{ targets: targets[scrape.job_name] ?? [] }];
  }
  const global = { scrape_interval: '1s', evaluation_interval: '1s' };
  await writeFile(join(directory, 'prometheus.yml'), stringify({ ...config, global }));

  const address = `127.0.0.1:${await unusedPort()}`;
  const server = await startProcess(findInstalled('prometheus') ?? 'prometheus', [
    `--config.file=${join(directory, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=${address}`,
    '--log.level=warn',
  ]);
  const ask = async <Data>(path: string): Promise<Data> => {
    const response = await fetch(`http://${address}/api/v1/${path}`);
    const { data, error } = (await response.json()) as { data?: Data; error?: string };
    if (data === undefined) throw new Error(`${decodeURIComponent(path)}: ${error}\n${server.output}`);
    return data;
  };
  await eventually(async () => (await fetch(`http://${address}/-/ready`)).ok, { timeoutMs: 15_000 });

  return {
    async query(expr) {
      type Vector = { result: { value: [number, string] }[] };
      const { result } = await ask<Vector>(`query?query=${encodeURIComponent(expr)}`);
      return result.map(({ value }) => Number(value[1]));
    },
    async rules() {
      type Groups = { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
      return (await ask<Groups>('rules')).groups.flatMap(({ rules }) => rules);
    },
    async alerts() {
      type Alerts = { alerts: { labels: { alertname: string }; state: 'pending' | 'firing' }[] };
      return (await ask<Alerts>('alerts')).alerts.map(({ labels, state }) => ({ name: labels.alertname, state }));
    },
  };
}

/** Windows and waiting times; thresholds stay what they are. */
function hurried(rules: string): string {
  return rules.replaceAll(
    /(\[|for: )(\d+)([mh])\b/g,
    (_, before: string, count: string, unit: string) =>
      `${before}${Number(count) * (unit === 'h' ? 60 : 1) * SECONDS_OF_A_MINUTE}s`,
  );
}
