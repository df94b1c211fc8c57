// What holds for everything that the chart renders, with every version of Helm there is and for every file of ci/.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { anyHelm, ciFiles, helms, render, renderText } from './chart.ts';
import { fieldProblems } from './field-check.ts';
import { chartPath, type Helm } from './helm.ts';
import { type KubernetesObject, type Labels, workloadsOf } from './kubernetes-objects.ts';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const labelKey = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;
/** What the names of all kinds may be, those of Services included. */
const objectName = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** The names of a Deployment's pods have more, and are host names. */
const roomForPods = 63 - '-1234567890-12345'.length;

const describeEach = helms.length > 0 ? describe.each(helms) : describe.skip.each([{ version: 'any' } as Helm]);
const describeWithHelm = helms.length > 0 ? describe : describe.skip;

/** With the most names, and with what it has not: a Job whose name has a hash. */
const richFiles = ['full-values.yaml', 'plain-migrations-values.yaml'];

describeEach('the chart with Helm $version', (helm) => {
  it.each(ciFiles)('passes strict lint with %s', async (ciFile) => {
    const values = `${chartPath}/ci/${ciFile}`;
    const { code, stdout, stderr } = await helm.run(['lint', '--strict', chartPath, '--values', values]);
    expect({ code, output: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, output: '' });
  });

  it('is the same as with any other version, and passes the strict check of every field', async () => {
    const objects: KubernetesObject[] = [];
    for (const ciFile of ciFiles) {
      const rendered = await render(helm, { ciFile });
      if (helm !== helms[0]) expect(rendered).toEqual(await render(anyHelm(), { ciFile }));
      objects.push(...rendered);
    }
    if (helm === helms[0]) expect(await fieldProblems(distinct(objects))).toEqual([]);
  });
});

describeWithHelm('the chart', () => {
  it('has values to be tested with', () => {
    expect(ciFiles.length).toBeGreaterThan(5);
  });

  it('is the same whenever it is rendered', async () => {
    const [one, another] = await Promise.all([1, 2].map(() => renderText(anyHelm(), { ciFile: 'full-values.yaml' })));
    expect(one).toBe(another);
  });

  it('has every object once, in its namespace, with the labels that Kubernetes recommends', async () => {
    for (const ciFile of ciFiles) {
      const objects = await render(anyHelm(), { ciFile });
      const identities = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
      expect(new Set(identities).size).toBe(identities.length);
      expect(identities.filter((identity) => !identity.includes(' monitoring/'))).toEqual([]);
      for (const { metadata } of objects) {
        expect(metadata.labels).toMatchObject({
          'app.kubernetes.io/name': 'everytick',
          'app.kubernetes.io/instance': 'shop',
          'app.kubernetes.io/managed-by': 'Helm',
        });
      }
    }
  });

  it.each([
    ['a short release', 'a', 'm'],
    ['the longest release and namespace', 'r'.repeat(53), 'n'.repeat(63)],
    ['a long release that is cut at a hyphen', `${'r'.repeat(29)}-${'s'.repeat(23)}`, 'm'],
    ['a release with a digit first and a dot', '1.shop', 'm'],
    ['a release that has the name of the chart', 'everytick', 'm'],
  ])('has valid names and labels for %s', async (_, release, namespace) => {
    for (const ciFile of richFiles) {
      const objects = await render(anyHelm(), { ciFile, release, namespace });
      const names = objects.map(({ metadata }) => metadata.name);
      expect(names.filter((name) => !objectName.test(name))).toEqual([]);
      for (const labels of labelsIn(objects)) expect(invalid(labels)).toEqual({});
      const deployments = objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name);
      expect(deployments.filter((name) => name.length > roomForPods)).toEqual([]);
    }
  });

  it.each([
    ['shop', 'shop-everytick-worker'],
    // What a name that is cut off could make one of.
    ['everytick-for-the-whole-company-one', 'everytick-for-the-whole-company-two'],
  ])('gives the objects of the releases %s and %s different names', async (one, another) => {
    const identitiesOf = async (release: string) => {
      const objects = await render(anyHelm(), { ciFile: 'pools-values.yaml', release });
      return objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    };
    const [first, second] = await Promise.all([identitiesOf(one), identitiesOf(another)]);
    expect(first.filter((identity) => second.includes(identity))).toEqual([]);
  });

  it('has the version of the project', () => {
    const read = (url: URL) => readFileSync(url, 'utf8');
    const chart = parse(read(new URL('everytick/Chart.yaml', import.meta.url)));
    const manifest = JSON.parse(read(new URL('../../package.json', import.meta.url)));
    expect(chart.appVersion).toBe(manifest.version);
  });
});

/** The files of ci/ have the same objects again and again. */
function distinct(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return [...new Map(objects.map((object) => [JSON.stringify(object), object])).values()];
}

function labelsIn(objects: readonly KubernetesObject[]): Labels[] {
  return [...objects.map(({ metadata }) => metadata.labels ?? {}), ...workloadsOf(objects).map(({ labels }) => labels)];
}

function invalid(labels: Labels): Labels {
  const wrong = Object.entries(labels).filter(([key, value]) => !labelKey.test(key) || !labelValue.test(value));
  return Object.fromEntries(wrong);
}
