// A real blackbox_exporter and a real worker look at the same servers: the series must have the same names and say the same.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCoordinatorConfig, silentLogger } from '@everytick/core';
import {
  addTestTargets,
  atEnd,
  createCertificateAuthority,
  createTestDatabase,
  eventually,
  everytick,
  findInstalled,
  isInstalled,
  parseSamples,
  redirect,
  respond,
  type Sample,
  startProcess,
  startWebServer,
  type TestTarget,
  unusedPort,
} from '@everytick/testing';
import { expect, test } from '@jest/globals';
import { CoordinatorProcess } from '../coordinator-process.ts';

/** Those that README.md says are not there. The last one is of later versions than Debian's. */
const absent = [
  'probe_http_content_length',
  'probe_http_last_modified_timestamp_seconds',
  'probe_ip_addr_hash',
  'probe_ssl_last_chain_expiry_timestamp_seconds',
  'probe_ssl_last_chain_info',
  'probe_tls_version_info',
  'probe_tls_cipher_info',
  'probe_timeout_seconds',
];

(isInstalled('prometheus-blackbox-exporter') ? test : test.skip)(
  'blackbox_exporter says the same',
  async () => {
    await using database = await createTestDatabase();
    const authority = await createCertificateAuthority();
    const routes = {
      '/': respond({ body: 'hello' }),
      '/moved': redirect('/again'),
      '/again': redirect('/'),
      '/broken': respond({ status: 503, body: 'no' }),
    };
    await using plain = await startWebServer({ routes });
    await using secure = await startWebServer({ routes, certificate: await authority.issue() });
    await using blackbox = await startBlackbox(authority.cert);
    const cases: Record<string, TestTarget & { readonly url: string }> = {
      plain: { url: `${plain.url}/` },
      'not found': { url: `${plain.url}/nothing` },
      broken: { url: `${plain.url}/broken` },
      redirected: { url: `${plain.url}/moved` },
      refused: { url: `http://127.0.0.1:${await unusedPort()}/` },
      regex: { url: `${plain.url}/`, matchPattern: 'goodbye' },
      secure: { url: `${secure.url}/`, options: { tls: { ca: authority.cert } } },
      'secure and redirected': { url: `${secure.url}/moved`, options: { tls: { ca: authority.cert } } },
      'not trusted': { url: `${secure.url}/` },
    };
    const ids = await addTestTargets(
      database,
      Object.values(cases).map((target) => ({ ...target, intervalS: 2, timeoutMs: 1_500 })),
    );
    await using _worker = await everytick(['worker'], { env: { EVERYTICK_DATABASE_URL: database.url } });
    await using coordinator = await startCoordinator(database.url);

    const names = await targetNames();
    const ours = await eventually(
      async () => {
        const samples = await samplesOf(`${coordinator.url}/metrics/targets`);
        const carriedOut = samples.filter(({ name }) => name === 'probe_success');
        return carriedOut.length === ids.length && samples;
      },
      { timeoutMs: 20_000 },
    );
    for (const [index, [name, { url, matchPattern }]] of Object.entries(cases).entries()) {
      const module = matchPattern ? 'goodbye' : name === 'not trusted' ? 'untrusting' : 'trusting';
      const query = new URLSearchParams({ module, target: url });
      const theirs = await samplesOf(`${blackbox.url}/probe?${query}`);
      const own = ours.filter(
        ({ name: series, labels }) => series.startsWith('probe_') && labels['target'] === names[index],
      );
      expect([name, told(own)]).toEqual([
        name,
        told(
          theirs.filter((sample) => !absent.includes(sample.name)),
          name,
        ),
      ]);
    }

    async function targetNames(): Promise<(string | undefined)[]> {
      const { rows } = await database.query<{ name: string }>('SELECT name FROM monitored_targets ORDER BY id');
      return rows.map((row) => row.name);
    }
  },
  60_000,
);

/** By series: its value, or of a duration whether there was any. */
function told(samples: readonly Sample[], name?: string): Record<string, number | string> {
  return Object.fromEntries(
    samples
      // Ours also tells when a certificate expires that is not trusted.
      .filter(({ name: series }) => series !== 'probe_ssl_earliest_cert_expiry' || !unanswered(samples))
      .map(({ name: series, labels, value }): [string, number | string] => {
        const { phase } = labels;
        // They look up an address too, in some microseconds.
        if (series === 'probe_dns_lookup_time_seconds' || phase === 'resolve') return [`${series} ${phase}`, 'any'];
        // Ours is also how long it took to be refused, theirs is 0 then.
        if ((phase === 'connect' || phase === 'tls') && unanswered(samples)) return [`${series} ${phase}`, 'any'];
        if (series === 'probe_duration_seconds') return [series, value > 0 ? 'some' : 'none'];
        if (phase !== undefined) return [`${series} ${phase}`, value > 0 ? 'some' : 'none'];
        // Where no connection stood, the ledger does not know what was tried.
        if (series === 'probe_ip_protocol' && name === 'refused') return [series, 0];
        return [series, value];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function unanswered(samples: readonly Sample[]): boolean {
  return samples.some(({ name, value }) => name === 'probe_http_status_code' && value === 0);
}

async function samplesOf(url: string): Promise<Sample[]> {
  return parseSamples(await (await fetch(url)).text());
}

async function startCoordinator(url: string) {
  const config = readCoordinatorConfig({
    EVERYTICK_DATABASE_URL: url,
    EVERYTICK_API: 'off',
    EVERYTICK_TARGET_METRICS: 'on',
  });
  const coordinator = new CoordinatorProcess(config, silentLogger(), { compilePattern: (text) => new RegExp(text) });
  const status = await coordinator.serve((error) => {
    throw error;
  });
  coordinator.run();
  return { url: status, [Symbol.asyncDispose]: () => coordinator.stop() };
}

async function startBlackbox(ca: string) {
  const folder = await mkdtemp(join(tmpdir(), 'everytick-blackbox-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const [caFile, configFile] = [join(folder, 'ca.pem'), join(folder, 'blackbox.yml')];
  const http = { preferred_ip_protocol: 'ip4' };
  const trusting = { ...http, tls_config: { ca_file: caFile } };
  const goodbye = { ...http, fail_if_body_not_matches_regexp: ['goodbye'] };
  const modules = Object.entries({ trusting, goodbye, untrusting: http }).map(([name, options]) => [
    name,
    { prober: 'http', timeout: '5s', http: options },
  ]);
  await writeFile(caFile, ca);
  // JSON is YAML.
  await writeFile(configFile, JSON.stringify({ modules: Object.fromEntries(modules) }));
  const address = `127.0.0.1:${await unusedPort()}`;
  const exporter = await startProcess(findInstalled('prometheus-blackbox-exporter') ?? '', [
    `--config.file=${configFile}`,
    `--web.listen-address=${address}`,
    '--log.level=info',
  ]);
  await exporter.waitForOutput('Listening on');
  return { url: `http://${address}`, [Symbol.asyncDispose]: () => exporter[Symbol.asyncDispose]() };
}
