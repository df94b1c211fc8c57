// Who selects whom: every selector finds the pods that it is meant for and no others, every port is one that pods have.

import { describe, expect, it } from '@jest/globals';
import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import type { IPodMonitor, IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IIngress, INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IService } from 'kubernetes-models/v1';
import { anyHelm, ciFiles, helms, render, type Values } from './chart.ts';
import {
  containersOf,
  type KubernetesObject,
  named,
  ofKind,
  selects,
  type Workload,
  workloadsOf,
} from './kubernetes-objects.ts';
import { portNumber } from './pod-environment.ts';

const describeEach = helms.length > 0 ? describe.each(ciFiles) : describe.skip.each(ciFiles);
const describeWithHelm = helms.length > 0 ? describe : describe.skip;

const namesOf = (workloads: readonly Workload[]) => workloads.map(({ name }) => name).sort();
const lasting = (objects: readonly KubernetesObject[]) =>
  workloadsOf(objects).filter(({ object }) => object.kind === 'Deployment');
const isWorker = ({ labels }: Workload) => labels['app.kubernetes.io/component'] === 'worker';
const componentOf = (objects: readonly KubernetesObject[], wanted: 'worker' | 'coordinator') =>
  lasting(objects).filter((workload) => isWorker(workload) === (wanted === 'worker'));

function hasPort({ spec }: Workload, port: string | number | undefined): boolean {
  return containersOf(spec).some((container) => {
    const number = portNumber(container, port);
    return (container.ports ?? []).some(({ containerPort }) => containerPort === number);
  });
}

describeEach('in %s', (ciFile) => {
  const objects = () => render(anyHelm(), { ciFile });

  it('every Deployment selects its own pods and those of no other', async () => {
    const all = workloadsOf(await objects());
    for (const { name, object } of lasting(await objects())) {
      const selected = all.filter(({ labels }) => selects((object as IDeployment).spec?.selector, labels));
      expect(namesOf(selected)).toEqual([name]);
    }
  });

  it('every Service leads to coordinators alone, at ports that they have', async () => {
    const services = ofKind<IService & KubernetesObject>(await objects(), 'Service');
    expect(services).not.toEqual([]);
    for (const { spec } of services) {
      const selected = workloadsOf(await objects()).filter(({ labels }) =>
        selects({ matchLabels: spec?.selector ?? {} }, labels),
      );
      expect(namesOf(selected)).toEqual(namesOf(componentOf(await objects(), 'coordinator')));
      for (const { targetPort } of spec?.ports ?? []) {
        expect({ targetPort, there: selected.every((workload) => hasPort(workload, targetPort)) }).toEqual({
          targetPort,
          there: true,
        });
      }
    }
  });

  it('the ServiceMonitor finds one Service with each of its ports: with two each series would be there twice', async () => {
    const services = ofKind<IService & KubernetesObject>(await objects(), 'Service');
    for (const { spec } of ofKind<IServiceMonitor & KubernetesObject>(await objects(), 'ServiceMonitor')) {
      const found = services.filter(({ metadata }) => selects(spec.selector, metadata.labels ?? {}));
      for (const { port } of spec.endpoints) {
        expect(found.filter((service) => service.spec?.ports?.some(({ name }) => name === port))).toHaveLength(1);
      }
    }
  });

  it('the PodMonitor finds the workers of all pools and nothing else, at a port that they have', async () => {
    for (const { spec } of ofKind<IPodMonitor & KubernetesObject>(await objects(), 'PodMonitor')) {
      const found = workloadsOf(await objects()).filter(({ labels }) => selects(spec.selector, labels));
      expect(namesOf(found)).toEqual(namesOf(componentOf(await objects(), 'worker')));
      for (const { port } of spec.podMetricsEndpoints ?? []) {
        expect(found.every((workload) => hasPort(workload, port))).toBe(true);
      }
    }
  });

  it('NetworkPolicies close all ports of coordinators and workers but those that they have', async () => {
    const policies = ofKind<INetworkPolicy & KubernetesObject>(await objects(), 'NetworkPolicy');
    if (policies.length === 0) return;
    for (const workload of lasting(await objects())) {
      const applying = policies.filter(({ spec }) => selects(spec?.podSelector ?? {}, workload.labels));
      expect(applying).toHaveLength(1);
      expect(applying[0]?.spec?.policyTypes).toContain('Ingress');
      const open = applying.flatMap(({ spec }) => spec?.ingress ?? []).flatMap(({ ports = [] }) => ports);
      const own = containersOf(workload.spec).flatMap(({ ports = [] }) =>
        ports.map(({ containerPort }) => containerPort),
      );
      const [container] = containersOf(workload.spec);
      const numbers = open.map(({ port }) => container && portNumber(container, port));
      expect({ name: workload.name, open: numbers.sort() }).toEqual({ name: workload.name, open: own.sort() });
    }
  });

  it('every PodDisruptionBudget is about one Deployment, and about none twice', async () => {
    const budgets = ofKind<IPodDisruptionBudget & KubernetesObject>(await objects(), 'PodDisruptionBudget');
    const all = workloadsOf(await objects());
    const about = budgets.map(({ spec }) => namesOf(all.filter(({ labels }) => selects(spec?.selector, labels))));
    for (const names of about) expect(names).toHaveLength(1);
    expect(new Set(about.flat()).size).toBe(about.length);
  });

  it('everything that scales, scales a Deployment that leaves its number of replicas open', async () => {
    const rendered = await objects();
    const scalers = [
      ...ofKind(rendered, 'HorizontalPodAutoscaler'),
      ...ofKind(rendered, 'ScaledObject'),
    ] as (KubernetesObject & Scaler)[];
    const scaled = scalers.map(({ spec }) => spec.scaleTargetRef.name);
    for (const name of scaled)
      expect(named<IDeployment & KubernetesObject>(rendered, 'Deployment', name).spec).not.toHaveProperty('replicas');
    expect(new Set(scaled).size).toBe(scaled.length);
    const others = ofKind<IDeployment & KubernetesObject>(rendered, 'Deployment').filter(
      ({ metadata }) => !scaled.includes(metadata.name),
    );
    for (const { spec } of others) expect(spec?.replicas).toEqual(expect.any(Number));
  });

  it('an Ingress and an HTTPRoute lead to ports that the Service has', async () => {
    const rendered = await objects();
    const portsOf = (service: string | undefined) =>
      named<IService & KubernetesObject>(rendered, 'Service', service ?? '').spec?.ports?.flatMap(({ name, port }) => [
        name,
        port,
      ]);
    for (const { spec } of ofKind<IIngress & KubernetesObject>(rendered, 'Ingress')) {
      for (const { backend } of (spec?.rules ?? []).flatMap(({ http }) => http?.paths ?? [])) {
        expect(portsOf(backend.service?.name)).toContain(backend.service?.port?.name ?? backend.service?.port?.number);
      }
    }
    for (const { spec } of ofKind<IHTTPRoute & KubernetesObject>(rendered, 'HTTPRoute')) {
      for (const { name, port } of (spec?.rules ?? []).flatMap(({ backendRefs }) => backendRefs ?? [])) {
        expect(portsOf(name)).toContain(port);
      }
    }
  });
});

interface Scaler {
  readonly spec: { readonly scaleTargetRef: { readonly name: string } };
}

describeWithHelm('the chart', () => {
  it('has in all ci files together every kind that can be selected or scaled', async () => {
    const kinds = new Set(
      (await Promise.all(ciFiles.map((ciFile) => render(anyHelm(), { ciFile })))).flat().map(({ kind }) => kind),
    );
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        'Service',
        'ServiceMonitor',
        'PodMonitor',
        'PrometheusRule',
        'NetworkPolicy',
        'PodDisruptionBudget',
        'HorizontalPodAutoscaler',
        'ScaledObject',
        'Ingress',
        'HTTPRoute',
        'ConfigMap',
        'Job',
        'ServiceAccount',
      ]),
    );
  });

  it('keeps the selectors of Deployments, which cannot be changed, whatever the values', async () => {
    const labels = { 'app.kubernetes.io/component': 'mine', 'app.kubernetes.io/name': 'mine', team: 'shop' };
    const selectorsOf = async (values: Values) => {
      const deployments = ofKind<IDeployment & KubernetesObject>(await render(anyHelm(), { values }), 'Deployment');
      return Object.fromEntries(deployments.map(({ metadata, spec }) => [metadata.name, spec?.selector]));
    };
    const before = await selectorsOf({});
    const after = await selectorsOf({
      image: { tag: '9.9.9' },
      commonLabels: labels,
      podLabels: labels,
      coordinator: { replicas: 3, podLabels: labels },
      worker: { podLabels: labels, autoscaling: { hpa: { enabled: true } } },
      workers: [
        { name: 'default', location: 'elsewhere', podLabels: labels },
        { name: 'more', location: 'default' },
      ],
    });
    expect(after).toMatchObject(before);
    expect(Object.keys(after)).toHaveLength(3);
  });

  it('lets labels of the user take no pod out of its selectors', async () => {
    const labels = {
      'app.kubernetes.io/component': 'mine',
      'app.kubernetes.io/instance': 'mine',
      'everytick/pool': 'mine',
    };
    const objects = await render(anyHelm(), {
      values: {
        commonLabels: labels,
        podLabels: labels,
        coordinator: { podLabels: labels },
        worker: { podLabels: labels },
      },
    });
    for (const { labels: own, object } of lasting(objects)) {
      expect(selects((object as IDeployment).spec?.selector, own)).toBe(true);
    }
  });

  it('has a PodDisruptionBudget for coordinators and for each pool, unless it is switched off', async () => {
    const budgets = async (values: Values) => ofKind(await render(anyHelm(), { values }), 'PodDisruptionBudget');
    const workers = [
      { name: 'a', location: 'default' },
      { name: 'b', location: 'default' },
    ];
    expect(await budgets({ workers })).toHaveLength(3);
    expect(await budgets({ workers, worker: { podDisruptionBudget: { enabled: false } } })).toHaveLength(1);
  });
});
