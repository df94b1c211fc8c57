// What the chart refuses, with every version of Helm: they read JSON Schema with different libraries.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { coordinatorSettings, logSettings, type Setting, workerSettings } from '@everytick/core';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { anyHelm, helms, leastValues, refusal, render, type Values } from './chart.ts';
import { chartPath, type Helm } from './helm.ts';

const describeWithHelm = helms.length > 0 ? describe : describe.skip;
const describeEach = helms.length > 0 ? describe.each(helms) : describe.skip.each([{ version: 'any' } as Helm]);

const schema = JSON.parse(await readFile(join(chartPath, 'values.schema.json'), 'utf8'));

const api = { enabled: true, existingSecret: 'shop-token' };

/** What is refused, and what of it the message says. */
const refused: [string, Values, RegExp][] = [
  ['an unknown key', { replicaCount: 2 }, /replicaCount/],
  ['an unknown key below another', { worker: { replica: 2 } }, /replica\b/],
  ['an unknown key of a pool', { workers: [{ name: 'a', location: 'a', replica: 2 }] }, /replica\b/],
  ['a number as text', { coordinator: { replicas: '2' } }, /coordinator.replicas|coordinator\/replicas/],
  ['text as a switch', { networkPolicy: { enabled: 'yes' } }, /networkPolicy.enabled/],
  ['a location that is none', { workers: [{ name: 'a', location: 'Mars Base' }] }, /location/],
  ['a pool without a name', { workers: [{ location: 'a' }] }, /name/],
  ['a pool whose name is too long for names of pods', { workers: [{ name: 'a'.repeat(21), location: 'a' }] }, /name/],
  ['a name too long for names of pods', { fullnameOverride: 'a'.repeat(31) }, /fullnameOverride/],
  ['a log level that is none', { log: { level: 'verbose' } }, /log.level/],
  ['a pooler that is none', { database: { pooler: 'session' } }, /pooler/],
  ['a database URL in the values', { database: { url: 'postgres://a:b@c/d' } }, /url/],
  ['a setting that is a number', { env: { EVERYTICK_VERIFY_INTERVAL_S: 300 } }, /EVERYTICK_VERIFY_INTERVAL_S/],
];

/** What no schema can say. The same code in all versions: of these one Helm is asked. */
const refusedByTemplates: typeof refused = [
  [
    'a setting that has a value of its own',
    { env: { EVERYTICK_LOG_LEVEL: 'debug' } },
    /EVERYTICK_LOG_LEVEL.*log\.level/,
  ],
  ['the same of a pool', { worker: { extraEnv: [{ name: 'EVERYTICK_LOCATION', value: 'a' }] } }, /EVERYTICK_LOCATION/],
  ['no Secret for the database', { database: { existingSecret: '' } }, /database\.existingSecret is empty/],
  [
    'a pooler without a direct connection',
    { database: { pooler: 'transaction' } },
    /database\.listen\.urlKey is empty/,
  ],
  ['an API without a token', { api: { enabled: true } }, /api\.existingSecret is empty/],
  ['an Ingress to nothing', { api: { ingress: { enabled: true } } }, /api\.enabled is false/],
  ['an HTTPRoute of no gateway', { api: { ...api, httpRoute: { enabled: true } } }, /parentRefs is empty/],
  [
    'HPA and KEDA',
    { worker: { autoscaling: { hpa: { enabled: true }, keda: { enabled: true, serverAddress: 'http://a' } } } },
    /both autoscaling\.hpa and autoscaling\.keda/,
  ],
  [
    'HPA of all and KEDA of one pool',
    {
      worker: { autoscaling: { hpa: { enabled: true } } },
      workers: [{ name: 'a', location: 'a', autoscaling: { keda: { enabled: true, serverAddress: 'http://a' } } }],
    },
    /the pool a has both/,
  ],
  ['KEDA without Prometheus', { worker: { autoscaling: { keda: { enabled: true } } } }, /serverAddress is empty/],
  [
    'more workers at least than at most',
    { worker: { autoscaling: { minReplicas: 5, maxReplicas: 4, hpa: { enabled: true } } } },
    /maxReplicas is 4.*minReplicas, 5/,
  ],
  [
    'two pools of one name',
    {
      workers: [
        { name: 'a', location: 'a' },
        { name: 'a', location: 'b' },
      ],
    },
    /two pools with the name a/,
  ],
  [
    'a ConfigMap that nobody reads',
    { configuration: { existingConfigMap: 'shop-targets' } },
    /configuration\.enabled is false/,
  ],
];

async function expectRefusal(helm: Helm, values: Values, said: RegExp): Promise<void> {
  const message = await refusal(helm, { values });
  expect(message).toMatch(said);
  // The reason, not a stack of templates before it.
  expect(message.trim().split('\n').length).toBeLessThan(6);
}

describeWithHelm('the chart', () => {
  it.each(refusedByTemplates)('refuses %s, and says what to do', (_, values, said) =>
    expectRefusal(anyHelm(), values, said),
  );
});

describeEach('Helm $version', (helm) => {
  it.each(refused)('refuses %s', (_, values, said) => expectRefusal(helm, values, said));

  it.each<[string, Values]>([
    ['the least values', {}],
    [
      'HPA of all and KEDA of one pool that says so',
      {
        worker: { autoscaling: { hpa: { enabled: true } } },
        workers: [
          {
            name: 'a',
            location: 'a',
            autoscaling: { hpa: { enabled: false }, keda: { enabled: true, serverAddress: 'http://a' } },
          },
        ],
      },
    ],
    ['values for charts that this one is part of', { global: { region: 'eu' } }],
    ['no pools, only coordinators', { workers: [] }],
  ])('takes %s', async (_, values) => {
    await expect(render(helm, { values })).resolves.not.toEqual([]);
  });
});

describe('values.schema.json', () => {
  it('is draft-07, which all versions of Helm read: none of its keywords is newer', () => {
    expect(schema['$schema']).toBe('http://json-schema.org/draft-07/schema#');
    // `strict` refuses a keyword that draft-07 does not know.
    expect(() => new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(schema)).not.toThrow();
  });

  it('refuses unknown keys wherever it says which there are', () => {
    const open: string[] = [];
    const walk = (node: unknown, path: string) => {
      if (typeof node !== 'object' || node === null) return;
      if ('properties' in node && !('additionalProperties' in node && node.additionalProperties === false))
        open.push(path);
      for (const [key, inner] of Object.entries(node)) walk(inner, `${path}/${key}`);
    };
    walk(schema, '');
    expect(open).toEqual([]);
  });

  const validate = new Ajv({ strict: false }).compile(schema);
  const takes = (values: Values) => validate({ ...leastValues, ...values });
  const takesSetting = ({ schema: setting }: Setting<unknown>, value: unknown) =>
    setting.safeParse(String(value)).success;

  const numbers: [string, Setting<unknown>, (value: unknown) => Values][] = [
    ['worker.maxInFlight', workerSettings.maxInFlight, (maxInFlight) => ({ worker: { maxInFlight } })],
    [
      'worker.maxInFlightPerHost',
      workerSettings.maxInFlightPerHost,
      (maxInFlightPerHost) => ({ worker: { maxInFlightPerHost } }),
    ],
    [
      'worker.databaseConnections',
      workerSettings.databaseConnections,
      (databaseConnections) => ({ worker: { databaseConnections } }),
    ],
    ['worker.drainTimeoutMs', workerSettings.drainTimeoutMs, (drainTimeoutMs) => ({ worker: { drainTimeoutMs } })],
    ['api.rateLimit', coordinatorSettings.apiRateLimit, (rateLimit) => ({ api: { rateLimit } })],
    ['targetMetrics.limit', coordinatorSettings.targetMetricsLimit, (limit) => ({ targetMetrics: { limit } })],
  ];

  it.each(numbers)('takes of %s what the process takes', (_, setting, valuesWith) => {
    // All bounds of settings are near these.
    const edges = [0, 1, 10, 20, 1_000, 10_000, 50_000, 600_000, 10_000_000];
    for (const value of edges.flatMap((edge) => [edge - 1, edge, edge + 1])) {
      expect({ value, taken: takes(valuesWith(value)) }).toEqual({ value, taken: takesSetting(setting, value) });
    }
  });

  it.each(['eu', 'eu-west.1_a', 'a', 'a'.repeat(63), 'a'.repeat(64), '', 'EU', '-a', 'a-', 'ä'])(
    'takes the location %j or not as a worker does',
    (location) => {
      const values = { workers: [{ name: 'a', location }] };
      expect(takes(values)).toBe(takesSetting(workerSettings.location, location));
    },
  );

  it('takes the log levels that there are', () => {
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'silent', 'fatal', 'INFO']) {
      expect({ level, taken: takes({ log: { level } }) }).toEqual({
        level,
        taken: takesSetting(logSettings.level, level),
      });
    }
  });

  it('has a default for every key, so that values.yaml tells all there is', async () => {
    const { parse } = await import('yaml');
    const defaults = parse(await readFile(join(chartPath, 'values.yaml'), 'utf8'));
    expect(validate({ ...defaults, ...leastValues })).toBe(true);
    const said = new Set(Object.keys(defaults));
    expect(Object.keys(schema.properties).filter((key) => key !== 'global' && !said.has(key))).toEqual([]);
  });
});
