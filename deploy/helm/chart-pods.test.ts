// What every pod of the chart is like: what it may do, what it needs, how it is probed and how it ends.

import { readFileSync } from 'node:fs';
import { readWorkerConfig } from '@everytick/core';
import { describe, expect, it } from '@jest/globals';
import type { IContainer, IService } from 'kubernetes-models/v1';
import { anyHelm, ciFiles, ciValues, helms, render, type Values } from './chart.ts';
import {
  containersOf,
  type KubernetesObject,
  ofKind,
  selects,
  type Workload,
  workloadsOf,
} from './kubernetes-objects.ts';
import { commandOf, environmentOf, portNumber } from './pod-environment.ts';
import { restrictedProblems } from './pod-security.ts';

/** Of one check, as a target may set it. */
const LONGEST_TIMEOUT_S = 120;
/** After which a coordinator that was told to stop ends itself. */
const COORDINATOR_STOPS_S = 10;

const describeWithHelm = helms.length > 0 ? describe : describe.skip;
const describeEach = helms.length > 0 ? describe.each(ciFiles) : describe.skip.each(ciFiles);

const lasting = (workloads: readonly Workload[]) => workloads.filter(({ object }) => object.kind === 'Deployment');

function onlyContainer({ name, spec }: Workload): IContainer {
  const [container, ...others] = containersOf(spec);
  if (container === undefined || others.length > 0) throw new Error(`${name} has not one container`);
  return container;
}

describeEach('a pod of %s', (ciFile) => {
  const objects = () => render(anyHelm(), { ciFile });
  const workloads = async () => workloadsOf(await objects());

  it('may run at the level "restricted"', async () => {
    for (const { name, spec } of await workloads()) {
      expect({ name, problems: restrictedProblems(spec) }).toEqual({ name, problems: [] });
    }
  });

  it('has a user by number and a file system that cannot be written', async () => {
    for (const { spec } of await workloads()) {
      expect(spec.securityContext?.runAsUser).toBeGreaterThan(0);
      for (const { securityContext } of containersOf(spec)) expect(securityContext?.readOnlyRootFilesystem).toBe(true);
    }
  });

  it('has no token of its account, and no variables of Services, which look like settings', async () => {
    for (const { spec } of await workloads()) {
      expect(spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    }
    for (const account of ofKind(await objects(), 'ServiceAccount')) {
      expect(account).toMatchObject({ automountServiceAccountToken: false });
    }
  });

  it('runs under an account that is there', async () => {
    const made = ofKind(await objects(), 'ServiceAccount').map(({ metadata }) => metadata.name);
    const { serviceAccount = {} } = (await ciValues(ciFile)) as {
      serviceAccount?: { create?: boolean; name?: string };
    };
    const given = serviceAccount.create === false ? [serviceAccount.name ?? 'default'] : [];
    for (const { name, spec } of await workloads()) {
      const { serviceAccountName = 'default' } = spec;
      expect({ name, serviceAccountName, there: ['default', ...made, ...given] }).toMatchObject({
        there: expect.arrayContaining([serviceAccountName]),
      });
    }
  });

  it('looks names up as they are', async () => {
    for (const { spec } of await workloads()) {
      expect(spec.dnsConfig?.options).toContainEqual({ name: 'ndots', value: '1' });
    }
  });

  it('says what CPU and memory it needs, and has no CPU limit, which would falsify times', async () => {
    for (const { name, spec } of await workloads()) {
      for (const { resources } of containersOf(spec)) {
        expect({ name, resources }).toMatchObject({
          resources: { requests: { cpu: expect.anything(), memory: expect.anything() } },
        });
        expect({ name, limits: Object.keys(resources?.limits ?? {}) }).toEqual({ name, limits: ['memory'] });
      }
    }
  });

  it('is probed where its process answers', async () => {
    for (const workload of lasting(await workloads())) {
      const container = onlyContainer(workload);
      const port = Number(environmentOf(container)['EVERYTICK_STATUS_PORT']);
      const { livenessProbe, readinessProbe } = container;
      expect([livenessProbe?.httpGet?.path, readinessProbe?.httpGet?.path]).toEqual(['/healthz', '/readyz']);
      for (const probe of [livenessProbe, readinessProbe]) {
        expect(portNumber(container, probe?.httpGet?.port)).toBe(port);
      }
    }
  });

  it('has the time to end by itself: a worker more than it drains and than a check may take', async () => {
    for (const workload of lasting(await workloads())) {
      const container = onlyContainer(workload);
      const isWorker = commandOf(container) === 'worker';
      const preStopS = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
      const stopS = isWorker
        ? // 5 s more for its last report.
          readWorkerConfig(environmentOf(container)).drainTimeoutMs / 1000 + 5
        : COORDINATOR_STOPS_S;
      const graceS = workload.spec.terminationGracePeriodSeconds ?? 30;
      // A process that has not ended by then ends itself, 5 s later, with a line in the log: the kubelet's kill has none.
      expect(graceS).toBeGreaterThan(preStopS + stopS + 4);
      if (isWorker) expect(graceS).toBeGreaterThan(LONGEST_TIMEOUT_S + 5);
    }
  });

  it('waits before it ends where clients may still be routed to it, and nowhere else', async () => {
    const services = ofKind<IService & KubernetesObject>(await objects(), 'Service');
    for (const workload of lasting(await workloads())) {
      // A scrape that fails in the last seconds of a pod is no loss: only requests to the API are waited for.
      const isRouted = services.some(
        ({ spec }) =>
          selects({ matchLabels: spec?.selector ?? {} }, workload.labels) &&
          spec?.ports?.some(({ name }) => name === 'api'),
      );
      const waits = onlyContainer(workload).lifecycle?.preStop !== undefined;
      expect({ name: workload.name, waits }).toEqual({ name: workload.name, waits: isRouted });
    }
  });

  it('is spread over nodes and zones where that can be', async () => {
    for (const { name, spec, labels } of lasting(await workloads())) {
      const spread = spec.topologySpreadConstraints ?? [];
      for (const { labelSelector } of spread)
        expect({ name, own: selects(labelSelector, labels) }).toEqual({ name, own: true });
    }
  });
});

describeWithHelm('a worker that drains for long', () => {
  it.each([0, 30_000, 119_001, 600_000])('has the time to: %i ms', async (drainTimeoutMs) => {
    const [workload] = lasting(await workersWith({ drainTimeoutMs }));
    const graceS = workload?.spec.terminationGracePeriodSeconds;
    expect(graceS).toBeGreaterThan(drainTimeoutMs / 1000 + 9);
    expect(graceS).toBeGreaterThan(LONGEST_TIMEOUT_S + 5);
    // No longer than that takes, either: a node that is drained waits for it.
    expect(graceS).toBeLessThan(Math.max(drainTimeoutMs / 1000, LONGEST_TIMEOUT_S) + 30);
  });
});

describeWithHelm('the image', () => {
  const { version: projectVersion } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const digest = `sha256:${'a'.repeat(64)}`;

  it.each([
    [{}, `everytick:${projectVersion}`],
    [
      { repository: 'registry.example:5000/team/everytick', tag: '1.2.3' },
      'registry.example:5000/team/everytick:1.2.3',
    ],
    [{ tag: '1.2.3', digest }, `everytick@${digest}`],
  ])('%j is %s in every pod', async (image, reference) => {
    const workloads = workloadsOf(await render(anyHelm(), { values: { image } }));
    const images = workloads.flatMap(({ spec }) => containersOf(spec).map((container) => container.image));
    expect(new Set(images)).toEqual(new Set([reference]));
  });
});

async function workersWith(worker: Values): Promise<Workload[]> {
  const workloads = workloadsOf(await render(anyHelm(), { values: { worker } }));
  return workloads.filter(({ spec }) => containersOf(spec).some((container) => commandOf(container) === 'worker'));
}
