// The check is shown to fail: a check of fields that lets everything pass would be worse than none.

import { expect, it } from '@jest/globals';
import { fieldProblems } from './field-check.ts';
import { type KubernetesObject, parseObjects } from './kubernetes-objects.ts';

const metadata = { name: 'shop' };
const container = { name: 'shop', image: 'shop' };

const deployment = (spec: object, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: { selector: {}, template: { spec: { containers: [container], ...spec } }, ...more },
});
const of = (apiVersion: string, kind: string, spec: object) => ({ apiVersion, kind, metadata, spec });
const rule = { record: 'a:b', expr: 'c' };

const sound: KubernetesObject[] = [
  deployment({ terminationGracePeriodSeconds: 30 }),
  deployment({ containers: [{ ...container, resources: { limits: { memory: '1Gi', cpu: 1 } } }] }),
  of('v1', 'Service', {
    ports: [
      { port: 80, targetPort: 'http' },
      { port: 81, targetPort: 81 },
    ],
  }),
  of('batch/v1', 'Job', { template: { spec: { containers: [container], restartPolicy: 'Never' } } }),
  of('monitoring.coreos.com/v1', 'PrometheusRule', { groups: [{ name: 'a', interval: '15s', rules: [rule] }] }),
  of('monitoring.coreos.com/v1', 'PodMonitor', { selector: {}, podMetricsEndpoints: [{ port: 'status' }] }),
  of('keda.sh/v1alpha1', 'ScaledObject', { scaleTargetRef: { name: 'shop' }, triggers: [{ type: 'a', metadata: {} }] }),
  of('gateway.networking.k8s.io/v1', 'HTTPRoute', { parentRefs: [{ name: 'gateway' }] }),
];

const unsound: [string, KubernetesObject][] = [
  ['"readinesProbe"', deployment({ containers: [{ ...container, readinesProbe: {} }] })],
  ['"replica"', deployment({}, { replica: 2 })],
  ['"volume"', deployment({ volume: [] })],
  ['"limit"', deployment({ containers: [{ ...container, resources: { limit: {} } }] })],
  ['/spec/replicas', deployment({}, { replicas: '2' })],
  ['/spec/replicas', deployment({}, { replicas: 1.5 })],
  ['/metadata/annotations/a', { ...deployment({}), metadata: { ...metadata, annotations: { a: 1 } } } as never],
  ['"lables"', { ...deployment({}), metadata: { ...metadata, lables: {} } } as never],
  ['"selector"', { ...deployment({}), spec: { template: { spec: { containers: [container] } } } } as never],
  ['no kind Deploymnt', { ...deployment({}), kind: 'Deploymnt' }],
  ['no kind Deployment', { ...deployment({}), apiVersion: 'apps/v1beta3' }],
  ['"backofLimit"', of('batch/v1', 'Job', { backofLimit: 1, template: { spec: { containers: [container] } } })],
  [
    '"podSelecter"',
    of('networking.k8s.io/v1', 'NetworkPolicy', { podSelector: {}, ingress: [{ from: [{ podSelecter: {} }] }] }),
  ],
  ['"minAvailible"', of('policy/v1', 'PodDisruptionBudget', { minAvailible: 1 })],
  [
    '"metric"',
    of('autoscaling/v2', 'HorizontalPodAutoscaler', {
      maxReplicas: 1,
      scaleTargetRef: { kind: 'a', name: 'b' },
      metric: [],
    }),
  ],
  [
    '"intervall"',
    of('monitoring.coreos.com/v1', 'ServiceMonitor', {
      selector: {},
      endpoints: [{ port: 'status', intervall: '5s' }],
    }),
  ],
  [
    '"alerts"',
    of('monitoring.coreos.com/v1', 'PrometheusRule', { groups: [{ name: 'a', rules: [{ ...rule, alerts: 'a' }] }] }),
  ],
  ['"podMetricsEndpoint"', of('monitoring.coreos.com/v1', 'PodMonitor', { selector: {}, podMetricsEndpoint: [] })],
  [
    '"minReplicas"',
    of('keda.sh/v1alpha1', 'ScaledObject', { scaleTargetRef: { name: 'shop' }, triggers: [], minReplicas: 1 }),
  ],
  ['"parentRef"', of('gateway.networking.k8s.io/v1', 'HTTPRoute', { parentRef: [] })],
];

it('finds nothing wrong with sound objects', async () => {
  expect(await fieldProblems(sound)).toEqual([]);
});

it('finds in one run what is wrong with each of many objects', async () => {
  const objects = unsound.map(([, object], index) => ({
    ...object,
    metadata: { ...object.metadata, name: `shop-${index}` },
  }));
  const problems = await fieldProblems(objects);
  for (const [index, [word, { kind }]] of unsound.entries()) {
    const found = problems.filter((problem) => problem.startsWith(`${kind} shop-${index}: `));
    expect(found.join('\n')).toContain(word);
  }
});

it.each(['on', '0777', '12:30', 'no', '1_000', '2001-12-14'])(
  'refuses an unquoted %s, which depends on the version of YAML',
  (scalar) => {
    const text = (value: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: ${value}}\n`;
    expect(() => parseObjects(text(scalar))).toThrow('ConfigMap a is read differently');
    expect(parseObjects(text(`'${scalar}'`))).toHaveLength(1);
  },
);

it('refuses a key that stands twice', () => {
  expect(() => parseObjects('kind: ConfigMap\nkind: Secret\n')).toThrow('keys must be unique');
});

it('refuses a document without content', () => {
  expect(() => parseObjects('kind: ConfigMap\n---\n# nothing\n---\nkind: Secret\n')).toThrow('document 1 of 3');
});
