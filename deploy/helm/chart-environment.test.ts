// What processes are told: only settings that exist, with values that they accept, and nothing that is not there.

import { readCoordinatorConfig, readLogConfig, readWorkerConfig } from '@everytick/core';
import { describe, expect, it } from '@jest/globals';
import { anyHelm, ciFiles, ciValues, helms, render, type Values } from './chart.ts';
import { containersOf, ofKind, workloadsOf } from './kubernetes-objects.ts';
import {
  commandOf,
  environmentOf,
  everySetting,
  isUsersVariable,
  referencesOf,
  usersObjects,
} from './pod-environment.ts';

const describeEach = helms.length > 0 ? describe.each(ciFiles) : describe.skip.each(ciFiles);
const describeWithHelm = helms.length > 0 ? describe : describe.skip;

describeEach('a process of %s', (ciFile) => {
  const objects = () => render(anyHelm(), { ciFile });
  const containers = async () =>
    workloadsOf(await objects()).flatMap(({ name, spec }) =>
      containersOf(spec).map((container) => ({ name, container })),
    );

  it('is told only of settings that exist, each once', async () => {
    for (const { name, container } of await containers()) {
      const names = (container.env ?? []).map((variable) => variable.name);
      const wrong = names.filter(
        (each, index) =>
          names.indexOf(each) !== index ||
          (each.startsWith('EVERYTICK_') && !everySetting.has(each) && !isUsersVariable(each)),
      );
      expect({ name, wrong }).toEqual({ name, wrong: [] });
    }
  });

  it('accepts what it is told', async () => {
    for (const { container } of await containers()) {
      const environment = environmentOf(container);
      expect(environment).toHaveProperty('EVERYTICK_DATABASE_URL');
      expect(() => readLogConfig(environment)).not.toThrow();
      const command = commandOf(container);
      if (command === 'worker') expect(readWorkerConfig(environment).statusHost).toBe('0.0.0.0');
      else if (command === 'coordinator') expect(readCoordinatorConfig(environment).statusHost).toBe('0.0.0.0');
      else expect(['migrate', 'verify']).toContain(command);
    }
  });

  it('has every variable and file with something secret from a Secret', async () => {
    for (const { container } of await containers()) {
      for (const { name, value } of container.env ?? []) {
        if (/_URL$|TOKEN|PASSWORD/.test(name)) expect({ name, value }).toEqual({ name, value: undefined });
      }
    }
  });

  it('refers only to what is rendered and to what the values say is there', async () => {
    const there = usersObjects(await ciValues(ciFile));
    const rendered = await objects();
    for (const { name, spec } of workloadsOf(rendered)) {
      const missing = referencesOf(spec).filter(
        (reference) =>
          !there.has(reference.name) &&
          !ofKind(rendered, reference.kind).some(({ metadata }) => metadata.name === reference.name),
      );
      expect({ name, missing }).toEqual({ name, missing: [] });
    }
  });

  it('mounts each of its volumes', async () => {
    for (const { name, spec } of workloadsOf(await objects())) {
      const mounted = containersOf(spec).flatMap(({ volumeMounts = [] }) => volumeMounts.map((mount) => mount.name));
      const volumes = (spec.volumes ?? []).map((volume) => volume.name);
      expect({ name, mounted: [...new Set(mounted)].sort() }).toEqual({ name, mounted: volumes.sort() });
    }
  });
});

describeWithHelm('all pods', () => {
  it('serve on IPv6 where the cluster has that alone, and nothing else is open before it is enabled', async () => {
    const environments = async (values: Values) =>
      workloadsOf(await render(anyHelm(), { values: { ...values, listenHost: '::' } })).flatMap(({ spec }) =>
        containersOf(spec).map((container) => ({ command: commandOf(container), env: environmentOf(container) })),
      );
    const hosts = async (values: Values) =>
      (await environments(values)).flatMap(({ command, env }) => {
        if (command === 'worker') return [readWorkerConfig(env).statusHost];
        if (command !== 'coordinator') return [];
        const { statusHost, apiHost } = readCoordinatorConfig(env);
        return [statusHost, apiHost];
      });
    expect(await hosts({})).toEqual(['::', '127.0.0.1', '::']);
    expect(await hosts({ api: { enabled: true, existingSecret: 'shop-token' } })).toEqual(['::', '::', '::']);
  });
});

describeWithHelm('a worker', () => {
  const configOf = async (values: Values) => {
    const objects = await render(anyHelm(), { values });
    const containers = workloadsOf(objects).flatMap(({ spec }) => containersOf(spec));
    return containers
      .filter((each) => commandOf(each) === 'worker')
      .map((each) => readWorkerConfig(environmentOf(each)));
  };

  it('has by default what the chart says of it', async () => {
    const [config, ...others] = await configOf({});
    expect(others).toEqual([]);
    expect(config).toMatchObject({ location: 'default', maxInFlight: 500, databaseConnections: 2, pooler: 'none' });
    expect(config?.drainTimeoutMs).toBeGreaterThanOrEqual(120_000);
  });

  it('has what its pool says, and what `worker` says otherwise', async () => {
    const configs = await configOf({
      worker: {
        maxInFlight: 300,
        egress: { allow: ['10.0.0.0/8', '192.168.1.1'] },
        env: { EVERYTICK_FLUSH_DELAY_MS: '100' },
      },
      workers: [
        { name: 'a', location: 'eu-west' },
        {
          name: 'b',
          location: 'us',
          maxInFlight: 1_000,
          egress: { allow: [] },
          env: { EVERYTICK_FLUSH_DELAY_MS: '0' },
        },
      ],
    });
    expect(configs).toMatchObject([
      { location: 'eu-west', maxInFlight: 300, flushDelayMs: 100 },
      { location: 'us', maxInFlight: 1_000, flushDelayMs: 0 },
    ]);
    const networks = configs.map(({ egressAllow }) => JSON.stringify(egressAllow));
    expect(networks[0]).toContain('192.168.1.1');
    expect(networks[1]).not.toContain('192.168.1.1');
  });

  it('may have the most of everything, in digits: large numbers of values tend to become 1e+06', async () => {
    const most = { maxInFlight: 10_000, maxInFlightPerHost: 10_000, databaseConnections: 20, drainTimeoutMs: 600_000 };
    expect(await configOf({ worker: most })).toMatchObject([most]);
  });

  it('reaches a database behind a pooler', async () => {
    const [config] = await configOf({ database: { pooler: 'transaction', listen: { urlKey: 'direct' } } });
    expect(config?.pooler).toBe('transaction');
    expect(config?.listenUrl).not.toBe(config?.databaseUrl);
  });
});

describeWithHelm('a coordinator', () => {
  it('may have the most of everything', async () => {
    const values = { api: { rateLimit: 10_000_000 }, targetMetrics: { enabled: true, limit: 50_000 } };
    const containers = workloadsOf(await render(anyHelm(), { values })).flatMap(({ spec }) => containersOf(spec));
    const coordinator = containers.find((each) => commandOf(each) === 'coordinator');
    const config = readCoordinatorConfig(environmentOf(coordinator ?? { name: '' }));
    expect(config).toMatchObject({ apiRateLimit: 10_000_000, targetMetrics: 'on', targetMetricsLimit: 50_000 });
  });

  it('has its API on loopback unless it is opened, and then a token', async () => {
    const configWith = async (api: Values) => {
      const containers = workloadsOf(await render(anyHelm(), { values: { api } })).flatMap(({ spec }) =>
        containersOf(spec),
      );
      return readCoordinatorConfig(
        environmentOf(containers.find((each) => commandOf(each) === 'coordinator') ?? { name: '' }),
      );
    };
    expect(await configWith({})).toMatchObject({ api: 'on', apiHost: '127.0.0.1', apiFirstToken: null });
    const opened = await configWith({ enabled: true, existingSecret: 'shop-token' });
    expect(opened).toMatchObject({ apiHost: '0.0.0.0', apiFirstToken: expect.any(String) });
  });
});
