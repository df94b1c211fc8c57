// The rules and the configurations of Prometheus: that they are right is for promtool to say, that nothing was forgotten for us.

import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findInstalled, isInstalled, makeScratchDirectory, startProcess } from '@everytick/testing';
import { describe, expect, it, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { alertingRules, recordingRules } from './rule-files.ts';

const directory = new URL('./', import.meta.url);
const path = (name: string) => fileURLToPath(new URL(name, directory));
const read = (name: string) => readFileSync(new URL(name, directory), 'utf8');

const alerts = alertingRules();
const configurations = readdirSync(directory).filter((name) => /^prometheus.*\.yml$/.test(name));
const unitTests = readdirSync(new URL('tests/', directory)).map((name) => `tests/${name}`);

interface ScrapeConfig {
  readonly job_name: string;
  readonly metrics_path?: string;
  readonly honor_labels?: boolean;
}

async function promtool(...args: readonly string[]) {
  const child = await startProcess(findInstalled('promtool') ?? 'promtool', args);
  const { code } = await child.exited;
  return { code, output: child.output };
}

const withPromtool = isInstalled('promtool') ? describe : describe.skip;

withPromtool('promtool', () => {
  it('finds nothing wrong with the rules', async () => {
    const { code, output } = await promtool('check', 'rules', path('rules/recording.yml'), path('rules/alerts.yml'));
    expect([code, output]).toEqual([0, expect.stringContaining(`${alerts.length} rules found`)]);
  });

  it.each(configurations)('finds nothing wrong with %s', async (name) => {
    const config = parse(read(name)) as { scrape_configs: Record<string, unknown>[] };
    // Debian's Prometheus is built without the discovery of Kubernetes.
    for (const scrape of config.scrape_configs) delete scrape['kubernetes_sd_configs'];
    const scratch = await makeScratchDirectory();
    await symlink(path('rules'), join(scratch, 'rules'));
    await writeFile(join(scratch, name), stringify(config, { aliasDuplicateObjects: false }));
    const { code, output } = await promtool('check', 'config', join(scratch, name));
    expect([code, output]).toEqual([0, expect.stringContaining('2 rule files found')]);
  });

  it('runs the unit tests of all alerts', async () => {
    const { code, output } = await promtool('test', 'rules', ...unitTests.map(path));
    expect([code, output]).toEqual([0, expect.not.stringContaining('FAILED')]);
  });

  it('would say so if one of them failed', async () => {
    const scratch = await makeScratchDirectory();
    await mkdir(join(scratch, 'tests'));
    await symlink(path('rules'), join(scratch, 'rules'));
    const file = join(scratch, 'tests', 'database.yml');
    await writeFile(
      file,
      read('tests/database.yml').replace(/^( +)description: .*$/m, '$1description: Something else.'),
    );
    const { code, output } = await promtool('test', 'rules', file);
    expect([code, output]).toEqual([1, expect.stringContaining('FAILED')]);
  });
});

test('what alerts.yml says makes links of all paths to the runbook', () => {
  const text = read('rules/alerts.yml');
  const [, from = '', to = ''] = /^# +sed -i 's\|(.*)\|&(.*)\|'/m.exec(text) ?? [];
  const linked = text.replaceAll(new RegExp(`^( +)${from}`, 'gm'), `$1${from}${to}`);
  const links = (parse(linked) as { groups: { rules: typeof alerts }[] }).groups
    .flatMap(({ rules }) => rules)
    .map(({ annotations }) => annotations['runbook_url']);
  expect(links).toEqual(alerts.map(({ annotations }) => `${to}${annotations['runbook_url']}`));
});

describe('each alert', () => {
  interface AlertTest {
    readonly alertname: string;
    readonly exp_alerts: readonly unknown[];
  }
  const tested = unitTests.flatMap((name) => {
    const { tests } = parse(read(name)) as { tests: { alert_rule_test?: AlertTest[] }[] };
    return tests.flatMap(({ alert_rule_test }) => alert_rule_test ?? []);
  });
  const runbook = read('RUNBOOK.md');
  const entries = new Map(runbook.split(/^## /m).map((entry) => [entry.slice(0, entry.indexOf('\n')), entry] as const));

  it.each(alerts.map((alert) => [alert.alert, alert] as const))('%s', (name, { labels, annotations }) => {
    expect(name).toMatch(/^Everytick[A-Z][A-Za-z]+$/);
    expect(['critical', 'warning']).toContain(labels['severity']);
    expect(annotations).toEqual({
      summary: expect.stringMatching(/\.$/),
      description: expect.stringMatching(/\.$/),
      runbook_url: `deploy/prometheus/RUNBOOK.md#${name.toLowerCase()}`,
    });
    // A unit test in which it fires, and one in which it does not.
    const cases = tested.filter(({ alertname }) => alertname === name);
    expect(cases.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
    expect(cases.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
    const entry = entries.get(name) ?? '';
    for (const part of ['**Means.**', '**Look at.**', '**Do.**', '**False alarm.**']) expect(entry).toContain(part);
  });

  it('is the only thing that the runbook and the unit tests speak of', () => {
    const names = alerts.map(({ alert }) => alert);
    expect([...entries.keys()].filter((heading) => heading.startsWith('Everytick')).sort()).toEqual([...names].sort());
    expect(names).toEqual(expect.arrayContaining([...new Set(tested.map(({ alertname }) => alertname))]));
  });
});

test('recording rules are named level:metric:operation', () => {
  for (const { record } of recordingRules()) expect(record).toMatch(/^[a-z_]+:[a-z_]+:[a-z0-9_]+$/);
});

test.each(configurations)('%s has the jobs that rules and dashboards ask for', (name) => {
  const { scrape_configs } = parse(read(name)) as { scrape_configs: ScrapeConfig[] };
  const jobs = scrape_configs.map(({ job_name, metrics_path = '/metrics', honor_labels = false }) => [
    job_name,
    metrics_path,
    honor_labels,
  ]);
  expect(jobs).toEqual([
    ['everytick-coordinator', '/metrics', false],
    ['everytick-worker', '/metrics', false],
    ['everytick-targets', '/metrics/targets', true],
  ]);
});
