// What tests ask of a set of rendered objects: those of a kind, the pods that they make, who selects whom.

import type { IDeployment, IDeploymentSpec } from 'kubernetes-models/apps/v1';
import type { IJob } from 'kubernetes-models/batch/v1';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { isMap, parseAllDocuments } from 'yaml';

/** An object of any kind, as far as all kinds are the same. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
}

export type Labels = Readonly<Record<string, string>>;
export type LabelSelector = IDeploymentSpec['selector'];

/** What makes pods, and the pods that it makes. */
export interface Workload {
  /** `Deployment shop-worker` */
  readonly name: string;
  readonly object: KubernetesObject;
  readonly labels: Labels;
  readonly spec: IPodSpec;
}

/**
 * The objects of a rendered chart. Throws for text that is no YAML, for a document without content, which some tools stumble
 * over, and for a scalar that Kubernetes, which reads YAML 1.1, would read as something else than a reader of YAML 1.2 does:
 * an unquoted `on`, `0777` or `12:30`.
 */
export function parseObjects(text: string): KubernetesObject[] {
  const [older = [], newer = []] = (['1.1', '1.2'] as const).map((version) => {
    const documents = parseAllDocuments(text, { version });
    if (!Array.isArray(documents)) return [];
    return documents.map((document, index) => {
      if (document.errors[0] !== undefined) throw document.errors[0];
      if (!isMap(document.contents)) throw new Error(`document ${index} of ${documents.length} is no object`);
      return document.toJS() as KubernetesObject;
    });
  });
  for (const [index, object] of older.entries()) {
    if (JSON.stringify(object) === JSON.stringify(newer[index])) continue;
    throw new Error(`${object.kind} ${object.metadata?.name} is read differently by YAML 1.1 and YAML 1.2`);
  }
  return newer;
}

/** Those of a kind, in the order in which they stand. */
export function ofKind<Kind extends KubernetesObject = KubernetesObject>(
  objects: readonly KubernetesObject[],
  kind: string,
): Kind[] {
  return objects.filter((object) => object.kind === kind) as Kind[];
}

/** Throws where there is none. */
export function named<Kind extends KubernetesObject = KubernetesObject>(
  objects: readonly KubernetesObject[],
  kind: string,
  name: string,
): Kind {
  const found = ofKind<Kind>(objects, kind).find(({ metadata }) => metadata.name === name);
  if (found !== undefined) return found;
  const there = ofKind(objects, kind).map(({ metadata }) => metadata.name);
  throw new Error(`there is no ${kind} ${name}, only: ${there.join(', ') || 'none'}`);
}

/** Everything with a pod template. */
export function workloadsOf(objects: readonly KubernetesObject[]): Workload[] {
  const makers = objects.filter(({ kind }) => ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'Pod'].includes(kind));
  return makers.map((object) => {
    const template = (object.kind === 'Pod' ? object : (object as IDeployment | IJob).spec?.template) as {
      metadata?: { labels?: Labels };
      spec?: IPodSpec;
    };
    if (template?.spec === undefined) throw new Error(`${object.kind} ${object.metadata.name} has no pod template`);
    const { name } = object.metadata;
    return { name: `${object.kind} ${name}`, object, labels: template.metadata?.labels ?? {}, spec: template.spec };
  });
}

/** Containers of all sorts. */
export function containersOf({ initContainers = [], containers }: IPodSpec): IContainer[] {
  return [...initContainers, ...containers];
}

/** An empty selector selects everything, an absent one nothing. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  const exact = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return exact && (selector.matchExpressions ?? []).every((expression) => holds(expression, labels));
}

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

function holds({ key, operator, values = [] }: Expression, labels: Labels): boolean {
  const value = labels[key];
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  if (operator === 'In') return value !== undefined && values.includes(value);
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  throw new Error(`Kubernetes knows no operator ${operator}`);
}
