// The rules of Kubernetes' Pod Security Standards at the level "restricted", which includes those of "baseline":
// https://kubernetes.io/docs/concepts/security/pod-security-standards/ (rules for pods on Linux).

import type { IContainer, IPodSpec } from 'kubernetes-models/v1';

/** What of a pod the level "restricted" refuses, each with its place; nothing if it may run. */
export function restrictedProblems(pod: IPodSpec): string[] {
  return [...podProblems(pod), ...allContainers(pod).flatMap((container) => containerProblems(container, pod))];
}

/** `ephemeralContainers` too: in a template they are refused anyhow. */
function allContainers(pod: IPodSpec): IContainer[] {
  const { initContainers = [], containers, ephemeralContainers = [] } = pod;
  return [...initContainers, ...containers, ...(ephemeralContainers as unknown as IContainer[])];
}

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
];
const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];

function podProblems(pod: IPodSpec): string[] {
  const problems: string[] = [];
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC'] as const) {
    if (pod[key]) problems.push(`${key}: the pod must not share it with its node`);
  }
  for (const { name, ...source } of pod.volumes ?? []) {
    const kinds = Object.keys(source);
    if (kinds.length !== 1 || !VOLUMES.includes(kinds[0] ?? '')) {
      problems.push(`volumes ${name}: a volume may be ${VOLUMES.join(', ')}; this is ${kinds.join(', ') || 'nothing'}`);
    }
  }
  for (const { name } of pod.securityContext?.sysctls ?? []) {
    if (!SYSCTLS.includes(name)) problems.push(`securityContext.sysctls: ${name} is not a safe one`);
  }
  return [...problems, ...contextProblems('securityContext', pod.securityContext)];
}

type PodContext = IPodSpec['securityContext'];
type ContainerContext = IContainer['securityContext'];

/** The rules for what can be said of a pod and of a container alike. */
function contextProblems(where: string, context: PodContext | ContainerContext): string[] {
  const problems: string[] = [];
  const { seLinuxOptions, appArmorProfile, seccompProfile, windowsOptions, runAsUser } = context ?? {};
  if (windowsOptions?.hostProcess) problems.push(`${where}.windowsOptions.hostProcess must not be true`);
  if (runAsUser === 0) problems.push(`${where}.runAsUser must not be 0`);
  if (!SELINUX_TYPES.includes(seLinuxOptions?.type ?? '')) problems.push(`${where}.seLinuxOptions.type is privileged`);
  if (seLinuxOptions?.user) problems.push(`${where}.seLinuxOptions.user must not be set`);
  if (seLinuxOptions?.role) problems.push(`${where}.seLinuxOptions.role must not be set`);
  for (const [key, profile] of Object.entries({ appArmorProfile, seccompProfile })) {
    if (profile !== undefined && !['RuntimeDefault', 'Localhost'].includes(profile.type)) {
      problems.push(`${where}.${key}.type must be RuntimeDefault or Localhost, not ${profile.type}`);
    }
  }
  return problems;
}

function containerProblems(container: IContainer, pod: IPodSpec): string[] {
  const at = `container ${container.name}`;
  const context = container.securityContext ?? {};
  const problems = contextProblems(`${at} securityContext`, context);
  const must = (holds: boolean, rule: string) => {
    if (!holds) problems.push(`${at} ${rule}`);
  };
  must(!context.privileged, 'must not be privileged');
  must(context.allowPrivilegeEscalation === false, 'must have allowPrivilegeEscalation: false');
  must((context.procMount ?? 'Default') === 'Default', 'must have the usual procMount');
  must(
    (context.runAsNonRoot ?? pod.securityContext?.runAsNonRoot) === true,
    'must have runAsNonRoot: true, of its own or of the pod',
  );
  must(
    (context.seccompProfile ?? pod.securityContext?.seccompProfile) !== undefined,
    'must have a seccompProfile, of its own or of the pod',
  );
  must(context.capabilities?.drop?.includes('ALL') === true, 'must drop ALL capabilities');
  for (const capability of context.capabilities?.add ?? []) {
    must(capability === 'NET_BIND_SERVICE', `must not add the capability ${capability}`);
  }
  for (const { hostPort } of container.ports ?? []) must(!hostPort, `must not take port ${hostPort} of its node`);
  for (const [name, action] of actionsOf(container)) {
    must(!action.httpGet?.host && !action.tcpSocket?.host, `${name} must not name a host`);
  }
  return problems;
}

interface Action {
  readonly httpGet?: { readonly host?: string } | undefined;
  readonly tcpSocket?: { readonly host?: string } | undefined;
}

function actionsOf({ livenessProbe, readinessProbe, startupProbe, lifecycle }: IContainer): [string, Action][] {
  const { preStop, postStart } = lifecycle ?? {};
  const actions: Record<string, Action | undefined> = {
    livenessProbe,
    readinessProbe,
    startupProbe,
    preStop,
    postStart,
  };
  return Object.entries(actions).flatMap(([name, action]) => (action === undefined ? [] : [[name, action]]));
}
