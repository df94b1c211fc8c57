// Rules and dashboards in the chart are those of deploy/prometheus and deploy/grafana, and Prometheus takes them.

import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findInstalled, isInstalled } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import type {
  IPodMonitor,
  IPrometheusRule,
  IServiceMonitor,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IConfigMap } from 'kubernetes-models/v1';
import { parse, stringify } from 'yaml';
import { anyHelm, helms, render, type Values } from './chart.ts';
import { type KubernetesObject, ofKind } from './kubernetes-objects.ts';

const describeWithHelm = helms.length > 0 ? describe : describe.skip;
const itWithPromtool = isInstalled('promtool') ? it : it.skip;

const deploy = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const everything: Values = {
  targetMetrics: { enabled: true },
  metrics: {
    serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
    podMonitor: { enabled: true, labels: { release: 'prometheus' } },
    prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
    dashboards: { enabled: true },
  },
};

const rendered = (values: Values = everything) => render(anyHelm(), { values });
const one = async <Kind>(kind: string) =>
  ofKind<Kind & KubernetesObject>(await rendered(), kind)[0] as Kind & KubernetesObject;

describeWithHelm('the rules', () => {
  it('are those of deploy/prometheus, all of them, with the templates of annotations left to Prometheus', async () => {
    const files = readdirSync(deploy('prometheus/rules'))
      .filter((name) => name.endsWith('.yml'))
      .sort();
    const groups = files.flatMap((name) => parse(readFileSync(deploy(`prometheus/rules/${name}`), 'utf8')).groups);
    const { spec } = await one<IPrometheusRule>('PrometheusRule');
    expect(groups).not.toEqual([]);
    expect(spec.groups).toEqual(groups);
    expect(JSON.stringify(spec)).toContain('{{ $');
  });

  it('link to the runbook where the values say that it can be read', async () => {
    const base = 'https://git.example/everytick/blob/main';
    const urlsOf = async (runbookBaseUrl: string) => {
      const metrics = { prometheusRule: { enabled: true, runbookBaseUrl } };
      const [rule] = ofKind<IPrometheusRule & KubernetesObject>(await rendered({ metrics }), 'PrometheusRule');
      return (rule?.spec.groups ?? [])
        .flatMap(({ rules = [] }) => rules)
        .flatMap(({ alert, annotations }) => (alert === undefined ? [] : [[alert, annotations?.['runbook_url']]]));
    };
    const paths = await urlsOf('');
    expect(paths.length).toBeGreaterThan(20);
    const links = paths.map(([alert, path]) => [alert, `${base}/${path}`]);
    expect(await urlsOf(base)).toEqual(links);
    expect(await urlsOf(`${base}/`)).toEqual(links);
  });

  itWithPromtool('pass `promtool check rules`', async () => {
    const { spec } = await one<IPrometheusRule>('PrometheusRule');
    const directory = await mkdtemp(join(tmpdir(), 'everytick-rules-'));
    try {
      const path = join(directory, 'rules.yml');
      await writeFile(path, stringify({ groups: spec.groups }));
      const { stdout } = await promisify(execFile)(findInstalled('promtool') ?? '', ['check', 'rules', path]);
      expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describeWithHelm('the dashboards', () => {
  it('are those of deploy/grafana, each in a ConfigMap that the sidecar finds', async () => {
    const files = readdirSync(deploy('grafana/dashboards'))
      .filter((name) => name.endsWith('.json'))
      .sort();
    const maps = ofKind<IConfigMap & KubernetesObject>(await rendered(), 'ConfigMap');
    expect(files).not.toEqual([]);
    const contents = Object.fromEntries(maps.flatMap(({ data }) => Object.entries(data ?? {})));
    expect(Object.keys(contents).sort()).toEqual(files);
    for (const name of files) {
      expect(JSON.parse(contents[name] ?? '')).toEqual(
        JSON.parse(readFileSync(deploy(`grafana/dashboards/${name}`), 'utf8')),
      );
    }
    for (const { metadata } of maps) expect(metadata.labels).toMatchObject({ grafana_dashboard: '1' });
  });

  it('fit into a ConfigMap', async () => {
    for (const { data } of ofKind<IConfigMap & KubernetesObject>(await rendered(), 'ConfigMap')) {
      expect(JSON.stringify(data).length).toBeLessThan(1 << 20);
    }
  });
});

describeWithHelm('what Prometheus scrapes', () => {
  it('are /metrics of all, and /metrics/targets where it is served, with the labels that it has itself', async () => {
    const { spec } = await one<IServiceMonitor>('ServiceMonitor');
    expect(spec.endpoints).toMatchObject([
      { port: 'metrics', path: '/metrics' },
      { port: 'metrics', path: '/metrics/targets', honorLabels: true },
    ]);
    const { spec: ofWorkers } = await one<IPodMonitor>('PodMonitor');
    expect(ofWorkers.podMetricsEndpoints).toMatchObject([{ port: 'metrics', path: '/metrics' }]);
    const without = await rendered({ ...everything, targetMetrics: { enabled: false } });
    const [monitor] = ofKind<IServiceMonitor & KubernetesObject>(without, 'ServiceMonitor');
    expect(monitor?.spec.endpoints).toHaveLength(1);
  });

  it('belongs to the jobs that rules and dashboards ask for', async () => {
    const { spec } = await one<IServiceMonitor>('ServiceMonitor');
    const { spec: ofWorkers } = await one<IPodMonitor>('PodMonitor');
    const endpoints = [...spec.endpoints, ...(ofWorkers.podMetricsEndpoints ?? [])];
    const jobs = endpoints.map(
      ({ relabelings = [] }) => relabelings.find(({ targetLabel }) => targetLabel === 'job')?.replacement,
    );
    const queries = JSON.stringify(
      (await rendered()).filter(({ kind }) => kind === 'PrometheusRule' || kind === 'ConfigMap'),
    );
    const asked = [...queries.matchAll(/\bjob(=~?)[\\]*"([^"\\]+)/g)];
    expect(asked).not.toEqual([]);
    for (const [matcher, , pattern] of asked) {
      expect({ matcher, found: jobs.some((job) => new RegExp(`^(${pattern})$`).test(job ?? '')) }).toEqual({
        matcher,
        found: true,
      });
    }
  });

  interface Relabeling {
    readonly source_labels: readonly string[];
    readonly regex?: string;
    readonly action?: string;
    readonly target_label?: string;
  }

  /** What the example for a Prometheus without an operator does with our pods: by job, the labels of what it scrapes. */
  async function foundByExample(values: Values) {
    const { scrape_configs } = parse(readFileSync(deploy('prometheus/prometheus.kubernetes.yml'), 'utf8')) as {
      readonly scrape_configs: readonly {
        readonly job_name: string;
        readonly relabel_configs: readonly Relabeling[];
      }[];
    };
    const meta = (label: string) => `__meta_kubernetes_pod_label_${label.replaceAll(/\W/g, '_')}`;
    const pods = ofKind<IDeployment & KubernetesObject>(await rendered(values), 'Deployment').flatMap(
      ({ metadata, spec }) => {
        const { labels = {} } = spec?.template.metadata ?? {};
        const [container] = spec?.template.spec?.containers ?? [];
        return (container?.ports ?? []).map(
          ({ name = '' }): Record<string, string> => ({
            ...Object.fromEntries(Object.entries(labels).map(([label, value]) => [meta(label), value])),
            __meta_kubernetes_pod_container_port_name: name,
            __meta_kubernetes_pod_name: `${metadata.name}-1`,
            __meta_kubernetes_namespace: metadata.namespace ?? '',
          }),
        );
      },
    );
    return Object.fromEntries(
      scrape_configs.map(({ job_name, relabel_configs }) => [
        job_name,
        pods.flatMap((pod) => {
          const found: Record<string, string> = {};
          for (const { source_labels, regex = '.*', action = 'replace', target_label = '' } of relabel_configs) {
            const value = source_labels.map((label) => pod[label] ?? '').join(';');
            if (action === 'replace') found[target_label] = value;
            else if (!new RegExp(`^(${regex})$`).test(value)) return [];
          }
          return [found];
        }),
      ]),
    );
  }

  it('is found by the example without an operator, too, with the labels that autoscaling asks for', async () => {
    const [coordinator, worker] = ['shop-everytick-coordinator-1', 'shop-everytick-worker-default-1'];
    const namespace = 'monitoring';
    expect(await foundByExample(everything)).toEqual({
      'everytick-coordinator': [{ namespace, instance: coordinator, pod: coordinator }],
      'everytick-worker': [{ namespace, instance: worker, pod: worker, pool: 'default' }],
      // Without a label that names the pod: another one may lead.
      'everytick-targets': [{ namespace, instance: coordinator }],
    });
  });

  it('is not looked for by that example at /metrics/targets where that is not served: 404 would be an alert', async () => {
    expect(await foundByExample({})).toMatchObject({ 'everytick-targets': [] });
  });

  it('has a scrape end before the next begins', async () => {
    const seconds = (text = '') => Number(/^(\d+)s$/.exec(text)?.[1]);
    const { spec } = await one<IServiceMonitor>('ServiceMonitor');
    const { spec: ofWorkers } = await one<IPodMonitor>('PodMonitor');
    for (const { interval, scrapeTimeout } of [...spec.endpoints, ...(ofWorkers.podMetricsEndpoints ?? [])]) {
      expect(seconds(scrapeTimeout)).toBeLessThanOrEqual(seconds(interval));
    }
  });

  it('is found by the labels that the values say', async () => {
    for (const kind of ['ServiceMonitor', 'PodMonitor', 'PrometheusRule']) {
      expect((await one(kind)).metadata.labels).toMatchObject({ release: 'prometheus' });
    }
  });

  it('needs nothing of the Prometheus Operator by default', async () => {
    const objects = await rendered({});
    expect(objects.filter(({ apiVersion }) => apiVersion.startsWith('monitoring.coreos.com'))).toEqual([]);
  });
});

it('has rules and dashboards to compare with', () => {
  expect([deploy('prometheus/rules'), deploy('grafana/dashboards')].filter((path) => !existsSync(path))).toEqual([]);
});
