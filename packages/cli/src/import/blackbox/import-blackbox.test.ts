// Files as people have them, from two paths to targets and notes.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeScratchDirectory } from '@everytick/testing';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type FinishedImport, finishImport } from '../finish-import.ts';
import { importYaml } from '../write-import.ts';
import { importBlackbox } from './import-blackbox.ts';
import { readBlackboxFiles } from './read-blackbox.ts';

const examples = join(import.meta.dirname, 'examples');

describe('a shop with four jobs', () => {
  let imported: FinishedImport;
  beforeAll(async () => {
    const files = await readBlackboxFiles(join(examples, 'blackbox.yml'), join(examples, 'prometheus.yml'));
    imported = finishImport(importBlackbox(files));
  });
  const target = (name: string) => imported.targets.find((each) => each.name === name)?.document;
  const notes = (severity: string) =>
    imported.notes
      .filter((note) => note.severity === severity)
      .map(({ where, given, why }) => `${where.replace(`${examples}/`, '')} | ${given} | ${why}`);

  test('has a target for each address that is probed over HTTP', () => {
    expect(imported.targets.map(({ name }) => name)).toEqual([
      'https://prometheus.io',
      'example.org:8080',
      'https://blog.example/',
      'shop.example',
      'api.shop.example',
      'partner.example',
    ]);
  });

  test('keeps job, labels, interval, and the timeout of module and scrape', () => {
    expect(target('example.org:8080')).toEqual({
      url: 'http://example.org:8080',
      group: 'websites',
      labels: { team: 'web', tier: '1' },
      every: '30s',
      timeout: '5s',
      http_version: 'auto',
      redirects: { max: 10 },
      ip_family: 'prefer_4',
    });
  });

  test('keeps what a module wants of the response', () => {
    expect(target('shop.example')).toEqual({
      url: 'https://shop.example/',
      group: 'shop',
      labels: { team: 'shop' },
      every: '1m',
      timeout: '6500ms',
      headers: { 'Accept-Language': 'de', 'X-Api-Key': { env: 'EVERYTICK_SECRET_SHOP_PAGE_X_API_KEY' } },
      tls: { ca: { file: '/etc/blackbox/shop-ca.pem' }, server_name: 'shop.example', min_version: '1.2' },
      http_version: 'auto',
      redirects: { max: 10 },
      ip_family: '6',
      expect: {
        status: ['200-202', 404],
        tls: 'required',
        body_size: { max: 524_288 },
        body: [{ not_matches: '(?i)internal server error' }, { matches: 'Add to cart' }, { matches: 'Imprint' }],
        headers: [
          { name: 'Set-Cookie', not_matches: 'debug=' },
          { name: 'Server', not_matches: 'nginx/1\\.1' },
          { name: 'Server', present: true },
          { name: 'Content-Type', matches: '^text/html' },
        ],
      },
    });
    expect(target('api.shop.example')).toMatchObject({
      headers: { 'Accept-Encoding': 'gzip' },
      auth: { basic: { username: 'monitor', password: { env: 'EVERYTICK_SECRET_SHOP_API_PASSWORD' } } },
      redirects: { follow: false },
      expect: {
        json: [
          { path: '$.status', equals: 'ok' },
          { path: '$.queue.depth', below: 100 },
        ],
      },
    });
    expect(target('partner.example')).toMatchObject({ proxy: { env: 'EVERYTICK_SECRET_THROUGH_PROXY_PROXY' } });
  });

  test('tells what is left out, each thing where it stands', () => {
    const leftOut = notes('left out').join('\n');
    for (const told of [
      /^prometheus.yml:6: global.external_labels/m,
      /^prometheus.yml:4: global.evaluation_interval/m,
      /^prometheus.yml:7: rule_files/m,
      /^prometheus.yml:9: alerting/m,
      /^prometheus.yml:13: .*2 scrape jobs: prometheus, node/m,
      /scrape_configs\[3\].basic_auth/,
      /scrape_configs\[3\].metric_relabel_configs/,
      /gone\/\*\.json \| there is no such file/,
      /refresh_interval: 1m/,
      /^targets\/shop.yml:1: .*shop.example\/staging \| is dropped by scrape_configs\[3\].relabel_configs\[2\]/m,
      /192\.0\.2\.1 \| its module 'icmp' is for the prober icmp/,
      /192\.0\.2\.2 \| its module 'icmp' is for the prober icmp/,
      /kubernetes_sd_configs/,
      /modules.never_used/,
      /modules.tls_connect/,
      /modules.postgresql/,
      /modules.http_post_2xx/,
    ]) {
      expect(leftOut).toMatch(told);
    }
  });

  test('shows no secret anywhere', () => {
    const all = JSON.stringify(imported.notes) + importYaml(imported, { source: 'blackbox', madeFrom: 'blackbox' });
    for (const secret of ['shop-key-4711', 'correct-horse', 'proxy-secret']) expect(all).not.toContain(secret);
    expect(notes('to set')).toHaveLength(4);
  });
});

describe('files that are not what they should be', () => {
  const read = async (modules: string, prometheus: string) => {
    const folder = await makeScratchDirectory();
    await writeFile(join(folder, 'blackbox.yml'), modules);
    await writeFile(join(folder, 'prometheus.yml'), prometheus);
    return readBlackboxFiles(join(folder, 'blackbox.yml'), join(folder, 'prometheus.yml'));
  };
  const code = 'import_source_invalid';

  test('are told with file, line and column where they are no YAML', async () => {
    const broken = read('modules:\n  a: [1\n  b: 2\n', 'scrape_configs: []');
    await expect(broken).rejects.toMatchObject({ code, message: expect.stringMatching(/blackbox\.yml:\d+:\d+: /) });
  });

  test('are told where they are of another program', async () => {
    await expect(read('a: 1', 'scrape_configs: []')).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/blackbox\.yml: has no 'modules:'/),
    });
    await expect(read('modules: {a: {prober: http}}', 'b: 1')).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/prometheus\.yml: has no 'scrape_configs:'/),
    });
    await expect(readBlackboxFiles('/nowhere/blackbox.yml', 'x')).rejects.toMatchObject({
      code,
      message: expect.stringContaining('/nowhere/blackbox.yml: cannot be read: there is no such file'),
    });
  });

  test('may name a module that is not there', async () => {
    const { targets, notes } = importBlackbox(
      await read(
        'modules: {a: {prober: http}}',
        'scrape_configs: [{job_name: x, metrics_path: /probe, params: {module: [b], target: [https://a.example]}, ' +
          'static_configs: [{targets: [blackbox:9115]}]}]',
      ),
    );
    expect(targets).toEqual([]);
    expect(notes).toContainEqual(
      expect.objectContaining({ given: 'https://a.example/', why: expect.stringContaining("module 'b' is not among") }),
    );
  });
});
