// What `helm install` says at the end. Helm 3 shows it to none that has no cluster.

import { describe, expect, it } from '@jest/globals';
import { helms, notes, render, type Values } from './chart.ts';
import type { Helm } from './helm.ts';

const helm = helms.find(({ version }) => !version.startsWith('3.')) as Helm;
const describeWithNotes = helm === undefined ? describe.skip : describe;

describeWithNotes('the notes of Helm', () => {
  const connections = async (values: Values) => {
    const text = await notes(helm, { values });
    const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1]);
    return {
      workers: number(/workers +(\d+) and/),
      listening: number(/workers +\d+ and (\d+) that listen/),
      coordinators: number(/coordinators +(\d+) and/),
      all: number(/has to allow (\d+) of them/),
    };
  };

  it('say how many connections the database has to bear', async () => {
    const coordinator = (await connections({ coordinator: { replicas: 1 } })).coordinators;
    expect(await connections({})).toMatchObject({ workers: 4, listening: 2, coordinators: 2 * coordinator });
  });

  it('count each pool at its largest', async () => {
    const values = {
      coordinator: { replicas: 3 },
      worker: { databaseConnections: 4, replicas: 5 },
      workers: [
        { name: 'a', location: 'eu' },
        { name: 'b', location: 'us', databaseConnections: 1, autoscaling: { maxReplicas: 20, hpa: { enabled: true } } },
        { name: 'c', location: 'us', replicas: 0 },
      ],
    };
    const { workers, listening, coordinators, all } = await connections(values);
    expect({ workers, listening }).toEqual({ workers: 5 * 4 + 20 * 1, listening: 5 + 20 });
    // Leadership and listening of each coordinator, the migration, and what the leader does to whole days of the ledger.
    expect(all).toBe(workers + listening + coordinators + 3 * 2 + 3);
  });

  it('say apart what goes around a pooler', async () => {
    const text = await notes(helm, { values: { database: { pooler: 'transaction', listen: { urlKey: 'direct' } } } });
    const [, direct, clients] = /allow (\d+) of them directly.*up to (\d+) clients/.exec(text) ?? [];
    const { workers, coordinators, all } = await connections({});
    expect(Number(clients)).toBe(workers + coordinators);
    expect(Number(direct)).toBe(all - workers - coordinators);
  });

  it('show no secret and name no object that is not rendered', async () => {
    const text = await notes(helm, { values: { api: { enabled: true, existingSecret: 'shop-token' } } });
    const names = (await render(helm, { values: { api: { enabled: true, existingSecret: 'shop-token' } } })).map(
      ({ metadata }) => metadata.name,
    );
    for (const [, name] of text.matchAll(/deploy\/([\w-]+)/g)) expect(names).toContain(name);
    expect(text).toContain('shop-token');
  });
});
