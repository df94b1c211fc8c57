// How many workers there are: by slots in use and lateness, never by CPU, and by one autoscaler alone.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { IScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { parse } from 'yaml';
import { exportedMetrics } from '../prometheus/exported-metrics.ts';
import { parseQuery } from '../prometheus/promql.ts';
import { anyHelm, helms, render, type Values } from './chart.ts';
import { chartPath } from './helm.ts';
import { type KubernetesObject, ofKind } from './kubernetes-objects.ts';

const describeWithHelm = helms.length > 0 ? describe : describe.skip;

const hpa = { minReplicas: 3, maxReplicas: 20, hpa: { enabled: true } };
const keda = { minReplicas: 3, maxReplicas: 20, keda: { enabled: true, serverAddress: 'http://prometheus:9090' } };

const readme = readFileSync(join(chartPath, 'README.md'), 'utf8');

/** For the Prometheus adapter, as it would ask Prometheus for the pods of a namespace. */
const adapterRules = (
  parse(/^rules:\n[^`]*/m.exec(readme)?.[0] ?? '') as {
    rules: { seriesQuery: string; name?: { as: string }; metricsQuery: string }[];
  }
).rules.map(({ seriesQuery, name, metricsQuery }) => {
  const [series = ''] = /^\w+/.exec(seriesQuery) ?? [];
  const query = metricsQuery
    .replaceAll('<<.Series>>', series)
    .replaceAll('<<.GroupBy>>', 'pod')
    .replaceAll('<<.LabelMatchers>>', 'namespace="monitoring"');
  return { seriesQuery, name: name?.as ?? series, query };
});

async function scaling(worker: Values, workers: Values[] = [{ name: 'default', location: 'default' }]) {
  const objects = await render(anyHelm(), { values: { worker, workers } });
  return {
    hpas: ofKind<IHorizontalPodAutoscaler & KubernetesObject>(objects, 'HorizontalPodAutoscaler'),
    scaledObjects: ofKind<IScaledObject & KubernetesObject>(objects, 'ScaledObject'),
    deployments: ofKind<IDeployment & KubernetesObject>(objects, 'Deployment').filter(({ metadata }) =>
      metadata.name.includes('-worker-'),
    ),
  };
}

describeWithHelm('a pool of workers', () => {
  it('has so many replicas as are said, and none may be said', async () => {
    const { deployments, hpas, scaledObjects } = await scaling({ replicas: 0 });
    expect(deployments.map(({ spec }) => spec?.replicas)).toEqual([0]);
    expect([...hpas, ...scaledObjects]).toEqual([]);
  });

  it('leaves their number to a HorizontalPodAutoscaler, by metrics of pods', async () => {
    const { deployments, hpas, scaledObjects } = await scaling({
      maxInFlight: 400,
      autoscaling: { ...hpa, slotsPercent: 70, latenessSeconds: 0.25 },
    });
    expect(scaledObjects).toEqual([]);
    expect(deployments[0]?.spec).not.toHaveProperty('replicas');
    expect(hpas).toHaveLength(1);
    expect(hpas[0]?.spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: deployments[0]?.metadata.name },
      minReplicas: 3,
      maxReplicas: 20,
      metrics: [
        {
          type: 'Pods',
          pods: {
            metric: { name: 'everytick_slots_in_use' },
            target: { type: 'AverageValue', averageValue: '280' },
          },
        },
        { type: 'Pods', pods: { target: { type: 'AverageValue', averageValue: '250m' } } },
      ],
    });
  });

  it('leaves it to KEDA, which must not take silence of Prometheus for no load', async () => {
    const { deployments, hpas, scaledObjects } = await scaling({
      maxInFlight: 400,
      autoscaling: { ...keda, slotsPercent: 70, latenessSeconds: 0.25 },
    });
    expect(hpas).toEqual([]);
    expect(deployments[0]?.spec).not.toHaveProperty('replicas');
    expect(scaledObjects).toHaveLength(1);
    const { spec } = scaledObjects[0] as IScaledObject;
    expect(spec).toMatchObject({
      scaleTargetRef: { name: deployments[0]?.metadata.name },
      minReplicaCount: 3,
      maxReplicaCount: 20,
    });
    expect(
      spec.triggers.map(({ type, metadata }) => ({
        type,
        threshold: metadata['threshold'],
        ignoreNullValues: metadata['ignoreNullValues'],
      })),
    ).toEqual([
      { type: 'prometheus', threshold: '280', ignoreNullValues: 'false' },
      { type: 'prometheus', threshold: '0.25', ignoreNullValues: 'false' },
    ]);
    // Text, every one of them: KEDA refuses numbers.
    for (const { metadata } of spec.triggers)
      expect(Object.values(metadata).filter((value) => typeof value !== 'string')).toEqual([]);
  });

  it('asks Prometheus for its own workers alone', async () => {
    const workers = [
      { name: 'a', location: 'eu' },
      { name: 'b', location: 'us' },
    ];
    const { scaledObjects } = await scaling({ autoscaling: keda }, workers);
    const queries = scaledObjects.map(({ spec }) => spec.triggers.map(({ metadata }) => metadata['query']));
    for (const [index, pool] of ['a', 'b'].entries()) {
      for (const query of queries[index] ?? []) {
        const matchers = [...(query ?? '').matchAll(/\{([^}]*)\}/g)].map(([, inner]) => inner?.trim());
        expect(new Set(matchers)).toEqual(new Set([`namespace="monitoring",pool="${pool}"`]));
      }
    }
  });

  it('asks for metrics that workers export', async () => {
    const ofWorkers = new Set(exportedMetrics().flatMap(({ name, on }) => (on === 'workers' ? [name] : [])));
    const { scaledObjects } = await scaling({ autoscaling: keda });
    const queries = [
      ...scaledObjects.flatMap(({ spec }) => spec.triggers.map(({ metadata }) => metadata['query'] ?? '')),
      ...adapterRules.flatMap(({ seriesQuery, query }) => [seriesQuery, query]),
    ];
    const asked = queries.flatMap((query) => parseQuery(query).selectors.map(({ metric }) => metric));
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name) => !ofWorkers.has(name.replace(/_(bucket|count|sum)$/, '')))).toEqual([]);
  });

  it('asks an adapter with the rules of the README for what they serve', async () => {
    const { hpas } = await scaling({ autoscaling: hpa });
    const asked = hpas.flatMap(({ spec }) => spec?.metrics?.map(({ pods }) => pods?.metric.name) ?? []);
    expect(asked).toEqual(adapterRules.map(({ name }) => name));
  });

  it('takes a worker that may hold no more for full, however few checks it holds under strain', async () => {
    const { scaledObjects } = await scaling({ autoscaling: keda });
    const slots = scaledObjects[0]?.spec.triggers[0]?.metadata['query'] ?? '';
    for (const query of [slots, adapterRules[0]?.query ?? '']) {
      expect(query.replaceAll(/\{[^}]*\}/g, '').replaceAll(/\s+/g, ' ')).toMatch(
        /\(everytick_checks_in_flight \/ everytick_checks_capacity \* everytick_checks_capacity_max\)$/,
      );
    }
  });

  it('says from which KEDA on a fallback is taken beside a metric that is not divided', async () => {
    const { scaledObjects } = await scaling({ autoscaling: keda });
    expect(scaledObjects[0]?.spec.triggers.map(({ metricType }) => metricType)).toContain('Value');
    expect(/^\| `worker\.autoscaling\.keda\.fallback` .*$/m.exec(readme)?.[0]).toContain('KEDA 2.18 or newer');
  });

  it('may differ from the others: one by KEDA, one by an HPA, one fixed', async () => {
    const { hpas, scaledObjects, deployments } = await scaling({ replicas: 4 }, [
      { name: 'a', location: 'eu', autoscaling: hpa },
      { name: 'b', location: 'eu', autoscaling: keda },
      { name: 'c', location: 'eu' },
    ]);
    expect(hpas.map(({ spec }) => spec?.scaleTargetRef.name)).toEqual(['shop-everytick-worker-a']);
    expect(scaledObjects.map(({ spec }) => spec.scaleTargetRef.name)).toEqual(['shop-everytick-worker-b']);
    expect(deployments.map(({ spec }) => spec?.replicas)).toEqual([undefined, undefined, 4]);
  });

  it('never follows the CPU', async () => {
    const scalers = [await scaling({ autoscaling: hpa }), await scaling({ autoscaling: keda })];
    const text = JSON.stringify(scalers.map(({ hpas, scaledObjects }) => [hpas, scaledObjects]));
    expect(text).not.toMatch(/cpu/i);
  });
});
