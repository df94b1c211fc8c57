// Both ways to migrate: as a hook before everything else, or as a Job among the rest.

import { describe, expect, it } from '@jest/globals';
import type { IJob } from 'kubernetes-models/batch/v1';
import type { IPod } from 'kubernetes-models/v1';
import { anyHelm, ciFiles, helms, leastValues, render, type Values } from './chart.ts';
import { containersOf, type KubernetesObject, ofKind, workloadsOf } from './kubernetes-objects.ts';
import { commandOf, environmentOf, referencesOf } from './pod-environment.ts';

const describeWithHelm = helms.length > 0 ? describe : describe.skip;

type Job = IJob & KubernetesObject;

/** The Job that migrates. */
async function jobOf(values: Values): Promise<{ job: Job; objects: KubernetesObject[] }> {
  const objects = await render(anyHelm(), { values });
  const [job, ...others] = ofKind<Job>(objects, 'Job');
  if (job === undefined || others.length > 0) throw new Error(`there are ${others.length + 1} Jobs or none`);
  return { job, objects };
}

const plain: Values = { migrations: { useHelmHooks: false } };

const databaseVariable = (job: Job) => {
  const [container] = containersOf(workloadsOf([job])[0]?.spec ?? { containers: [] });
  return container?.env?.find(({ name }) => name === 'EVERYTICK_DATABASE_URL')?.valueFrom?.secretKeyRef;
};

describeWithHelm('migrations as a hook', () => {
  it('run before an installation and before an upgrade, and leave no Job that has succeeded', async () => {
    const { job } = await jobOf({});
    expect(job.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' });
    const policy = job.metadata.annotations?.['helm.sh/hook-delete-policy']?.split(',');
    // A Job that failed stays, for its log, until the next attempt.
    expect(policy?.sort()).toEqual(['before-hook-creation', 'hook-succeeded']);
  });

  it.each(ciFiles)('need nothing that %s makes later', async (ciFile) => {
    const objects = await render(anyHelm(), { ciFile });
    const isHook = ({ metadata }: KubernetesObject) =>
      metadata.annotations?.['helm.sh/hook']?.startsWith('pre-') === true;
    const later = new Set(
      objects.filter((object) => !isHook(object)).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    );
    for (const { name, spec } of workloadsOf(objects.filter(isHook))) {
      const needed = referencesOf(spec).map((reference) => `${reference.kind} ${reference.name}`);
      if (spec.serviceAccountName !== undefined) needed.push(`ServiceAccount ${spec.serviceAccountName}`);
      expect({ name, absent: needed.filter((each) => later.has(each)) }).toEqual({ name, absent: [] });
    }
  });
});

describeWithHelm('migrations as a plain Job', () => {
  it('are no hook, and run under the account of the chart', async () => {
    const { job, objects } = await jobOf(plain);
    expect(Object.keys(job.metadata.annotations ?? {}).filter((key) => key.startsWith('helm.sh/'))).toEqual([]);
    const [account] = ofKind(objects, 'ServiceAccount');
    expect(job.spec?.template?.spec?.serviceAccountName).toBe(account?.metadata.name);
  });

  it('are another Job for another image, for a Job cannot be changed, and the same Job for the same pod', async () => {
    const nameOf = async (values: Values) => (await jobOf({ ...plain, ...values })).job.metadata.name;
    const names = await Promise.all([
      nameOf({}),
      nameOf({ image: { tag: '1.2.3' } }),
      nameOf({ migrations: { ...(plain['migrations'] as object), existingSecret: 'shop-owner' } }),
      nameOf({ podLabels: { team: 'shop' } }),
    ]);
    expect(new Set(names).size).toBe(names.length);
    expect(await nameOf({ coordinator: { replicas: 3 } })).toBe(names[0]);
  });

  it('are removed after a while, or never', async () => {
    expect((await jobOf(plain)).job.spec?.ttlSecondsAfterFinished).toBe(86_400);
    const never = { migrations: { ...(plain['migrations'] as object), ttlSecondsAfterFinished: null } };
    expect((await jobOf(never)).job.spec).not.toHaveProperty('ttlSecondsAfterFinished');
  });
});

describeWithHelm.each([
  ['a hook', {}],
  ['a plain Job', plain],
])('migrations as %s', (_, values: Values) => {
  it('run `everytick migrate` once, and again while the database cannot be reached', async () => {
    const { job } = await jobOf(values);
    const pod = job.spec?.template?.spec;
    expect(pod?.restartPolicy).toBe('Never');
    expect(containersOf(pod ?? { containers: [] }).map(commandOf)).toEqual(['migrate']);
    expect(job.spec?.backoffLimit).toBeGreaterThan(0);
    expect(job.spec).not.toHaveProperty('activeDeadlineSeconds');
  });

  it('connect as the others do, or with a Secret of their own', async () => {
    const { existingSecret } = leastValues['database'] as { existingSecret: string };
    expect(databaseVariable((await jobOf(values)).job)).toEqual({ name: existingSecret, key: 'uri' });
    const own = { migrations: { ...(values['migrations'] as object), existingSecret: 'shop-owner', urlKey: 'url' } };
    expect(databaseVariable((await jobOf(own)).job)).toEqual({ name: 'shop-owner', key: 'url' });
  });

  it('go around a pooler: to the direct URL', async () => {
    const database = { pooler: 'transaction', listen: { urlKey: 'direct' } };
    const { job } = await jobOf({ ...values, database });
    const [container] = containersOf(job.spec?.template?.spec ?? { containers: [] });
    expect(environmentOf(container ?? { name: '' })).toHaveProperty('EVERYTICK_LISTEN_URL');
  });

  it('go where they are told to, as the pod of `helm test` does', async () => {
    const placement = {
      nodeSelector: { site: 'berlin' },
      tolerations: [{ key: 'monitoring', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      priorityClassName: 'urgent',
    };
    const { job, objects } = await jobOf({ migrations: { ...(values['migrations'] as object), ...placement } });
    expect(job.spec?.template?.spec).toMatchObject(placement);
    expect(ofKind<IPod & KubernetesObject>(objects, 'Pod').map(({ spec }) => spec)).toEqual([
      expect.objectContaining(placement),
    ]);
  });

  it('are absent where somebody else migrates', async () => {
    const objects = await render(anyHelm(), {
      values: { migrations: { ...(values['migrations'] as object), enabled: false } },
    });
    expect(ofKind(objects, 'Job')).toEqual([]);
  });
});
