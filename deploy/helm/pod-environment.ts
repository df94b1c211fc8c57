// What a container is told by its environment, and what it refers to.

import {
  coordinatorSettings,
  databaseSettings,
  listenSettings,
  logSettings,
  makeToken,
  workerSettings,
} from '@everytick/core';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import type { Values } from './chart.ts';
import { containersOf } from './kubernetes-objects.ts';

/** Every variable that a process of the chart reads. */
export const everySetting: ReadonlySet<string> = new Set(
  [databaseSettings, listenSettings, logSettings, coordinatorSettings, workerSettings].flatMap((settings) =>
    Object.values(settings).map(({ variable }) => variable),
  ),
);

/** Names that are the user's own: secrets of targets, and variables of configuration files. */
export const isUsersVariable = (name: string) => /^EVERYTICK_(SECRET|VAR)_/.test(name) && !everySetting.has(name);

/** In place of what is in a Secret. */
const SECRETS: Readonly<Record<string, string>> = {
  EVERYTICK_DATABASE_URL: 'postgres://everytick:secret@pooler:6432/everytick',
  EVERYTICK_LISTEN_URL: 'postgres://everytick:secret@postgres:5432/everytick',
  EVERYTICK_API_FIRST_TOKEN: makeToken(),
};

/** The environment as a process finds it, except for what `envFrom` brings. */
export function environmentOf({ env = [] }: IContainer): Record<string, string> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value ?? SECRETS[name] ?? 'from elsewhere']));
}

export interface Reference {
  readonly kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim';
  readonly name: string;
}

/** All that has to be there before the pod can start. */
export function referencesOf(spec: IPodSpec): Reference[] {
  const variables = containersOf(spec).flatMap(({ env = [], envFrom = [] }) => [
    ...env.flatMap(({ valueFrom }) => [
      reference('Secret', valueFrom?.secretKeyRef),
      reference('ConfigMap', valueFrom?.configMapKeyRef),
    ]),
    ...envFrom.flatMap(({ secretRef, configMapRef }) => [
      reference('Secret', secretRef),
      reference('ConfigMap', configMapRef),
    ]),
  ]);
  const volumes = (spec.volumes ?? []).flatMap(({ secret, configMap, persistentVolumeClaim, projected }) => [
    reference('Secret', secret && { name: secret.secretName, optional: secret.optional }),
    reference('ConfigMap', configMap),
    reference('PersistentVolumeClaim', persistentVolumeClaim && { name: persistentVolumeClaim.claimName }),
    ...(projected?.sources ?? []).flatMap((source) => [
      reference('Secret', source.secret),
      reference('ConfigMap', source.configMap),
    ]),
  ]);
  const pulling = (spec.imagePullSecrets ?? []).map((secret) => reference('Secret', secret));
  return [...variables, ...volumes, ...pulling].filter((each) => each !== undefined);
}

interface Named {
  readonly name?: string | undefined;
  readonly optional?: boolean | undefined;
}

function reference(kind: Reference['kind'], named: Named | undefined): Reference | undefined {
  if (named === undefined || named.optional) return undefined;
  if (!named.name) throw new Error(`a reference to a ${kind} has no name`);
  return { kind, name: named.name };
}

const USERS_OWN = new Set([
  'existingSecret',
  'existingConfigMap',
  'imagePullSecrets',
  'targetSecrets',
  'extraEnv',
  'extraEnvFrom',
  'extraVolumes',
]);

/** Names in values of what the user has made before: an object that is not rendered may be one of these only. */
export function usersObjects(values: Values): Set<string> {
  const names = new Set<string>();
  const walk = (value: unknown, isUsers: boolean) => {
    if (typeof value === 'string' && isUsers) names.add(value);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) walk(inner, isUsers || USERS_OWN.has(key));
  };
  walk(values, false);
  return names;
}

/** The number of a port that is given by number or by the name it has in the container. */
export function portNumber({ ports = [] }: IContainer, port: string | number | undefined): number | undefined {
  return typeof port === 'number' ? port : ports.find(({ name }) => name === port)?.containerPort;
}

/** `worker`, `coordinator`, `migrate` or `verify`: the command that the container runs. */
export const commandOf = ({ args }: IContainer) => args?.[0];
