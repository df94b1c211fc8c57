import { describe, expect, it } from '@jest/globals';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { restrictedProblems } from './pod-security.ts';

const container: IContainer = {
  name: 'worker',
  image: 'everytick',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};
const pod: IPodSpec = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [container],
  volumes: [{ name: 'targets', configMap: { name: 'targets' } }],
};

const withPod = (change: Partial<IPodSpec>): IPodSpec => ({ ...pod, ...change });
const withContainer = (change: Partial<IContainer>): IPodSpec => withPod({ containers: [{ ...container, ...change }] });
const withContext = (change: IContainer['securityContext']) =>
  withContainer({ securityContext: { ...container.securityContext, ...change } });
const withPodContext = (change: IPodSpec['securityContext']) =>
  withPod({ securityContext: { ...pod.securityContext, ...change } });

describe('a pod at the level "restricted"', () => {
  it.each<[string, IPodSpec]>([
    ['keeps all rules', pod],
    [
      'says them for each container',
      { containers: [{ ...container, securityContext: { ...container.securityContext, ...pod.securityContext } }] },
    ],
    ['may bind low ports', withContext({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } })],
    ['may have a profile of the node', withContext({ seccompProfile: { type: 'Localhost', localhostProfile: 'a' } })],
    ['may have an SELinux type of containers', withPodContext({ seLinuxOptions: { type: 'container_t' } })],
    ['may set safe sysctls', withPodContext({ sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '1' }] })],
    ['may be probed', withContainer({ livenessProbe: { httpGet: { port: 80 } } })],
  ])('%s', (_, spec) => {
    expect(restrictedProblems(spec)).toEqual([]);
  });

  it.each<[string, IPodSpec]>([
    ['hostNetwork', withPod({ hostNetwork: true })],
    ['hostPID', withPod({ hostPID: true })],
    ['hostIPC', withPod({ hostIPC: true })],
    ['hostProcess', withPodContext({ windowsOptions: { hostProcess: true } })],
    ['privileged', withContext({ privileged: true })],
    ['allowPrivilegeEscalation', withContext({ allowPrivilegeEscalation: true })],
    ['allowPrivilegeEscalation', withContainer({ securityContext: { capabilities: { drop: ['ALL'] } } })],
    ['procMount', withContext({ procMount: 'Unmasked' })],
    ['drop ALL', withContext({ capabilities: {} })],
    ['drop ALL', withContext({ capabilities: { drop: ['NET_RAW'] } })],
    ['NET_ADMIN', withContext({ capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } })],
    ['port 80 of its node', withContainer({ ports: [{ containerPort: 80, hostPort: 80 }] })],
    ['livenessProbe', withContainer({ livenessProbe: { httpGet: { port: 80, host: '10.0.0.1' } } })],
    ['startupProbe', withContainer({ startupProbe: { tcpSocket: { port: 80, host: '10.0.0.1' } } })],
    ['preStop', withContainer({ lifecycle: { preStop: { httpGet: { port: 80, host: '10.0.0.1' } } } })],
    ['hostPath', withPod({ volumes: [{ name: 'disk', hostPath: { path: '/' } }] })],
    ['nfs', withPod({ volumes: [{ name: 'disk', nfs: { path: '/', server: 'a' } }] })],
    ['nothing', withPod({ volumes: [{ name: 'disk' }] })],
    ['kernel.msgmax', withPodContext({ sysctls: [{ name: 'kernel.msgmax', value: '1' }] })],
    ['seLinuxOptions.type', withPodContext({ seLinuxOptions: { type: 'spc_t' } })],
    ['seLinuxOptions.user', withContext({ seLinuxOptions: { user: 'root' } })],
    ['seLinuxOptions.role', withContext({ seLinuxOptions: { role: 'system_r' } })],
    ['appArmorProfile', withContext({ appArmorProfile: { type: 'Unconfined' } })],
    ['seccompProfile', withContext({ seccompProfile: { type: 'Unconfined' } })],
    ['seccompProfile', withPod({ securityContext: { runAsNonRoot: true } })],
    ['runAsNonRoot', withPod({ securityContext: { seccompProfile: { type: 'RuntimeDefault' } } })],
    ['runAsNonRoot', withContext({ runAsNonRoot: false })],
    ['runAsUser', withPodContext({ runAsUser: 0 })],
    ['runAsUser', withContext({ runAsUser: 0 })],
  ])('is refused for its %s', (word, spec) => {
    const problems = restrictedProblems(spec);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(word);
  });

  it('is refused for what one of its other containers does', () => {
    const initContainers = [{ ...container, name: 'wait', securityContext: {} }];
    const problems = restrictedProblems(withPod({ initContainers }));
    expect(problems).toEqual([
      'container wait must have allowPrivilegeEscalation: false',
      'container wait must drop ALL capabilities',
    ]);
  });
});
