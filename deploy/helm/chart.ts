// The chart, rendered as its users render it.

import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { chartPath, findHelms, type Helm } from './helm.ts';
import { type KubernetesObject, parseObjects } from './kubernetes-objects.ts';

export type Values = Readonly<Record<string, unknown>>;

export interface Installation {
  readonly release?: string;
  readonly namespace?: string;
  /** One of `ciFiles`, below what `values` say. */
  readonly ciFile?: string;
  readonly values?: Values;
}

/** Newest first; empty where there is none. */
export const helms = await findHelms();

/** For what needs one Helm, whichever: the newest. What may differ between them is tested with all `helms`. */
export function anyHelm(): Helm {
  const [newest] = helms;
  if (newest === undefined) throw new Error('there is no Helm');
  return newest;
}

/** Values with which the chart is known to work: `autoscaling-values.yaml`. */
export const ciFiles = readdirSync(join(chartPath, 'ci')).filter((name) => name.endsWith('-values.yaml'));

/** The least that an installation has to say. */
export const leastValues: Values = { database: { existingSecret: 'shop-db' } };

/** What the file says. */
export async function ciValues(ciFile: string): Promise<Values> {
  return (parse(await readFile(join(chartPath, 'ci', ciFile), 'utf8')) ?? {}) as Values;
}

const renders = new Map<string, Promise<KubernetesObject[]>>();

/**
 * What the chart makes of `leastValues` and these, or of a file of ci/ and these. The same is rendered once only. Rejects where
 * Helm refuses.
 */
export function render(helm: Helm, installation: Installation = {}): Promise<KubernetesObject[]> {
  const key = JSON.stringify([helm.version, installation]);
  const known = renders.get(key);
  if (known !== undefined) return known;
  const rendered = renderText(helm, installation).then(parseObjects);
  renders.set(key, rendered);
  return rendered;
}

/** As Helm prints it. */
export async function renderText(helm: Helm, installation: Installation = {}): Promise<string> {
  const { code, stdout, stderr } = await helmWith(helm, 'template', installation);
  if (code !== 0) throw new Error(`helm template ${JSON.stringify(installation)}: ${stderr}`);
  return stdout;
}

/** Why Helm refuses these values. Rejects where it takes them. */
export async function refusal(helm: Helm, installation: Installation): Promise<string> {
  const { code, stderr } = await helmWith(helm, 'template', installation);
  if (code === 0) throw new Error(`Helm ${helm.version} takes ${JSON.stringify(installation)}`);
  return stderr;
}

/** What `helm install` says at the end; Helm 3 says it only to somebody with a cluster. */
export async function notes(helm: Helm, installation: Installation = {}): Promise<string> {
  const { code, stdout, stderr } = await helmWith(helm, 'install', installation, ['--dry-run=client']);
  if (code !== 0) throw new Error(`helm install --dry-run=client: ${stderr}`);
  const from = stdout.indexOf('\nNOTES:\n');
  if (from < 0) throw new Error(`there are no notes in: ${stdout.slice(-500)}`);
  return stdout.slice(from + '\nNOTES:\n'.length);
}

function helmWith(
  helm: Helm,
  command: 'template' | 'install',
  { release = 'shop', namespace = 'monitoring', ciFile, values }: Installation,
  more: readonly string[] = [],
) {
  const files = ciFile === undefined ? [] : ['--values', join(chartPath, 'ci', ciFile)];
  const given = ciFile === undefined ? merge(leastValues, values ?? {}) : (values ?? {});
  // JSON is YAML, but for characters that YAML 1.1 takes for the end of a line.
  const input = JSON.stringify(given).replace(
    /[\u0085\u2028\u2029]/g,
    (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const args = [command, release, chartPath, '--namespace', namespace, ...files, '--values', '-', ...more];
  return helm.run(args, input);
}

/** As Helm merges values: mappings key by key, anything else takes the other's place. */
function merge(below: Values, above: Values): Values {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const other = merged[key];
    merged[key] = isMapping(value) && isMapping(other) ? merge(other, value) : value;
  }
  return merged;
}

const isMapping = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
