// Targets as values: what a coordinator reads from the ConfigMap is what the values say, whatever is in them.

import { parseConfiguration } from '@everytick/core/configuration';
import { compileJsonPath, compilePattern } from '@everytick/worker';
import { describe, expect, it } from '@jest/globals';
import type { IConfigMap, IPodSpec } from 'kubernetes-models/v1';
import { anyHelm, helms, render, type Values } from './chart.ts';
import type { Helm } from './helm.ts';
import { containersOf, type KubernetesObject, named, ofKind, workloadsOf } from './kubernetes-objects.ts';
import { commandOf, environmentOf } from './pod-environment.ts';

const describeEach = helms.length > 0 ? describe.each(helms) : describe.skip.each([{ version: 'any' } as Helm]);
const describeWithHelm = helms.length > 0 ? describe : describe.skip;

const rules = { compilePattern, compileJsonPath };

const dataOf = (objects: readonly KubernetesObject[]) =>
  named<IConfigMap & KubernetesObject>(objects, 'ConfigMap', 'shop-everytick-configuration').data ?? {};

function declarationsIn(objects: readonly KubernetesObject[]) {
  const files = Object.entries(dataOf(objects)).map(([path, text]) => ({ path, text }));
  return parseConfiguration(files, rules, {}).declarations;
}

const withTargets = (configuration: Values) => ({ values: { configuration: { enabled: true, ...configuration } } });

/** Texts that a template engine, a YAML writer or a YAML reader might take for something else. */
const hostile = [
  'plain',
  `both 'single' and "double"`,
  '{{ .Values.database.existingSecret }}',
  '{{ fail "read as a template" }}',
  '{{/* not a comment */}}',
  '$${NOT_A_VARIABLE}',
  'yes',
  'no',
  'on',
  '~',
  'null',
  'true',
  '0777',
  '0x1f',
  '1e3',
  '1_000',
  '12:30:45',
  '2001-12-14',
  '.inf',
  '=',
  '<<',
  '- a list',
  'key: value',
  '# no comment',
  'a # no comment',
  '*alias',
  '&anchor',
  '!tag',
  '%percent',
  '@at',
  '`tick`',
  '|',
  '>-',
  '---',
  'first\nsecond\n  third',
  'trailing space ',
  'tab\there',
  'backslash \\ and \\n',
  'naïve café 日本語 🙂',
  'no-break\u00a0space and \u2028 separator',
];

describeEach('the configuration with Helm $version', (helm) => {
  it('has every text as the values have it', async () => {
    const targets = hostile.map((text, index) => ({
      name: `target ${index}`,
      url: `https://shop.example/${index}`,
      method: 'POST',
      body: text,
      labels: { yes: 'no', number: '0777' },
    }));
    const declared = declarationsIn(await render(helm, withTargets({ targets })));
    const direct = parseConfiguration([{ path: 'values', text: JSON.stringify({ targets }) }], rules, {});
    expect(declared).toEqual(direct.declarations);
    expect(declared).toHaveLength(hostile.length);
  });

  it('has patterns over several lines, numbers of any size and nested mappings', async () => {
    const targets = [
      {
        url: 'https://shop.example/',
        every: '30s',
        timeout: '2500ms',
        match: '(?s)^<!doctype html>.*\n\\s+<title>Shop \\d{1,3}</title>\n',
        expect: {
          status: ['2xx', 301],
          body_size: { min: 1, max: 60_000_000 },
          json: [{ path: '$.ok', equals: true }],
        },
        labels: { team: 'shop', cost: '1e6' },
      },
    ];
    const declared = declarationsIn(await render(helm, withTargets({ targets })));
    const direct = parseConfiguration([{ path: 'values', text: JSON.stringify({ targets }) }], rules, {});
    expect(declared).toEqual(direct.declarations);
  });
});

describeWithHelm('the configuration', () => {
  it('has defaults, groups, templates and variables', async () => {
    const objects = await render(
      anyHelm(),
      withTargets({
        variables: { HOST: 'shop.example' },
        defaults: { every: '45s' },
        groups: { pages: { labels: { kind: 'page' } } },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of the configuration.
        templates: { health: { name: '${host} health', url: 'https://${host}/health' } },
        targets: [
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the same.
          { url: 'https://${HOST}/', group: 'pages' },
          { template: 'health', for_each: [{ host: 'a.example' }, { host: 'b.example' }] },
        ],
      }),
    );
    const specs = declarationsIn(objects).map(({ spec }) => spec);
    expect(specs.map(({ url }) => url)).toEqual([
      'https://shop.example/',
      'https://a.example/health',
      'https://b.example/health',
    ]);
    expect(specs.map(({ intervalS }) => intervalS)).toEqual([45, 45, 45]);
    expect(specs[0]?.labels).toEqual({ kind: 'page' });
  });

  it('has further files as they are', async () => {
    const text = 'targets:\n  - url: https://blog.example/ # {{ as it is }}\n    match: "caf\\u00e9"\n';
    const objects = await render(anyHelm(), withTargets({ files: { 'blog.yaml': text } }));
    expect(dataOf(objects)['blog.yaml']).toBe(text);
    expect(declarationsIn(objects).map(({ spec }) => spec.url)).toEqual(['https://blog.example/']);
  });

  it('is followed by coordinators, as the source that the values name', async () => {
    const objects = await render(anyHelm(), withTargets({ source: 'shop-team' }));
    const { spec, environment } = coordinatorOf(objects);
    const [mount] = containersOf(spec)[0]?.volumeMounts ?? [];
    expect(environment).toMatchObject({
      EVERYTICK_CONFIG_PATH: mount?.mountPath,
      EVERYTICK_CONFIG_SOURCE: 'shop-team',
    });
    // The kubelet never brings a change to what is mounted by subPath.
    expect(mount).not.toHaveProperty('subPath');
    expect(spec.volumes).toEqual([{ name: mount?.name, configMap: { name: 'shop-everytick-configuration' } }]);
  });

  it('changes without a restart of any pod', async () => {
    const templates = async (url: string) => {
      const objects = await render(anyHelm(), withTargets({ targets: [{ url }] }));
      return workloadsOf(objects).map(({ name, labels, spec, object }) => ({ name, labels, spec, object }));
    };
    expect(await templates('https://a.example/')).toEqual(await templates('https://b.example/'));
  });

  it('may be a ConfigMap of the user', async () => {
    const objects = await render(anyHelm(), withTargets({ existingConfigMap: 'shop-targets' }));
    expect(ofKind(objects, 'ConfigMap')).toEqual([]);
    expect(coordinatorOf(objects).spec.volumes).toEqual([
      expect.objectContaining({ configMap: { name: 'shop-targets' } }),
    ]);
  });

  it('is absent by default: targets that were added by hand stay', async () => {
    const objects = await render(anyHelm());
    expect(ofKind(objects, 'ConfigMap')).toEqual([]);
    expect(coordinatorOf(objects).environment).not.toHaveProperty('EVERYTICK_CONFIG_PATH');
  });
});

function coordinatorOf(objects: readonly KubernetesObject[]): { spec: IPodSpec; environment: Record<string, string> } {
  for (const { spec } of workloadsOf(objects)) {
    const container = containersOf(spec).find((each) => commandOf(each) === 'coordinator');
    if (container !== undefined) return { spec, environment: environmentOf(container) };
  }
  throw new Error('there is no coordinator');
}
