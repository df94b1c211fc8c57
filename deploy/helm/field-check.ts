// Whether an object has the fields that Kubernetes and the custom resources know, and no other, with values of the right kind.
//
// A cluster drops an unknown field with a warning that nobody reads, or keeps nothing of what was meant. The npm packages
// kubernetes-models and @kubernetes-models/* carry the types of the API and validators made of its schemas. The validators
// know formats, patterns and enumerations but let unknown fields pass; the TypeScript compiler refuses exactly these in a
// literal. So each object is written down as a typed constant and compiled, and is validated as well.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubernetesObject } from './kubernetes-objects.ts';

const cachePath = fileURLToPath(new URL('../../node_modules/.cache/everytick', import.meta.url));

/** Which package has the types of a group; all other groups are Kubernetes' own. */
const PACKAGE_OF_GROUP: Readonly<Record<string, string>> = {
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'keda.sh': '@kubernetes-models/keda',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
};

const moduleOf = ({ apiVersion, kind }: KubernetesObject) =>
  `${PACKAGE_OF_GROUP[apiVersion.split('/')[0] ?? ''] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;

/** What is wrong with each object: `Deployment shop: ...`. All objects in one run of the compiler. */
export async function fieldProblems(objects: readonly KubernetesObject[]): Promise<string[]> {
  const invalid = await Promise.all(objects.map(validationProblems));
  return [...invalid.flat(), ...(await typeProblems(objects))];
}

async function validationProblems(object: KubernetesObject): Promise<string[]> {
  const module = (await import(moduleOf(object)).catch(() => undefined)) as Record<string, ModelClass> | undefined;
  const Model = module?.[object.kind];
  if (Model === undefined) return [`${nameOf(object)}: there is no kind ${object.kind} in ${object.apiVersion}`];
  try {
    new Model(object).validate();
    return [];
  } catch (error) {
    return [`${nameOf(object)}: ${(error as Error).message}`];
  }
}

type ModelClass = new (data: KubernetesObject) => { validate(): void };

async function typeProblems(objects: readonly KubernetesObject[]): Promise<string[]> {
  // Below the repository's own node_modules, so that the compiler finds the packages from there.
  await mkdir(cachePath, { recursive: true });
  const directory = await mkdtemp(join(cachePath, 'fields-'));
  try {
    // One line an object: the line of an error says which.
    const lines = objects.map(
      (object, index) =>
        `export const o${index}: import(${JSON.stringify(moduleOf(object))}).I${object.kind} = ${JSON.stringify(object)};`,
    );
    const source = join(directory, 'objects.ts');
    await writeFile(source, lines.join('\n'));
    const output = await compile(source);
    return [...output.matchAll(/\((\d+),\d+\): error (?:TS\d+): ((?:.*\n?(?: +.*\n?)*))/g)].map(([, line, message]) => {
      const object = objects[Number(line) - 1];
      return `${object === undefined ? '?' : nameOf(object)}: ${(message ?? '').trim()}`;
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

function compile(source: string): Promise<string> {
  const tsc = createRequire(import.meta.url)
    .resolve('typescript/package.json')
    .replace('package.json', 'bin/tsc');
  const flags =
    '--noEmit --strict --skipLibCheck --target es2024 --module nodenext --pretty false --ignoreConfig'.split(' ');
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [tsc, ...flags, '--types', '', source], { maxBuffer: 16 << 20 }, (error, stdout) => {
      // 1 and 2: there are errors in the source, told on standard output.
      if (error === null || ((error.code === 1 || error.code === 2) && stdout.includes('objects.ts('))) resolve(stdout);
      else reject(new Error(`${error.message}\n${stdout}`));
    });
  });
}

const nameOf = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name}`;
