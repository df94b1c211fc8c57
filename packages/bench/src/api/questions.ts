// What people and programs ask an installation, and how long each answer takes: by the functions of core, and by HTTP.

import { performance } from 'node:perf_hooks';
import { listResultPage, listTargetPage, overviewOfTargets, summarizeTarget, type TargetFilter } from '@everytick/core';
import type pg from 'pg';

export interface Question {
  readonly name: string;
  /** `turn` counts up, so that questions about one target are about another one each time. */
  readonly inCore: (pool: pg.Pool, turn: number) => Promise<unknown>;
  /** Path and query after /api/v1. */
  readonly path: (turn: number) => string;
}

export interface Timing {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface Asked {
  readonly targets: number;
  /** The beginning of the ledger. */
  readonly from: Date;
  /** Of the first page. */
  readonly nextCursor: string;
}

const LIMIT = 50;

export function questionsOf({ targets, from, nextCursor }: Asked): Question[] {
  const page = (name: string, filter: TargetFilter, query: string): Question => ({
    name,
    inCore: (pool) => listTargetPage(pool, { ...filter, limit: LIMIT }),
    path: () => `/targets?limit=${LIMIT}&${query}`,
  });
  /** Far from the one before, as the next person's is. */
  const target = (turn: number) => 1 + ((turn * 7_919) % targets);
  return [
    page('first page', {}, ''),
    {
      name: 'later page',
      inCore: (pool) => listTargetPage(pool, { limit: LIMIT, cursor: nextCursor }),
      path: () => `/targets?limit=${LIMIT}&cursor=${nextCursor}`,
    },
    page('page of a group', { group: 'group 7' }, 'group=group%207'),
    page('page of a label', { labels: { team: 'team-7' } }, 'label=team:team-7'),
    page('page of a search', { search: 'customer77.' }, 'search=customer77.'),
    page('page of those down', { states: ['down'] }, 'state=down'),
    { name: 'overview', inCore: (pool) => overviewOfTargets(pool), path: () => '/overview' },
    {
      name: 'summary, 24 hours',
      inCore: (pool, turn) => summarizeTarget(pool, { targetId: target(turn) }),
      path: (turn) => `/targets/${target(turn)}/summary`,
    },
    {
      name: 'summary, all days',
      inCore: (pool, turn) => summarizeTarget(pool, { targetId: target(turn), from }),
      path: (turn) => `/targets/${target(turn)}/summary?from=${from.toISOString()}`,
    },
    {
      name: 'results of a target',
      inCore: (pool, turn) => listResultPage(pool, { targetIds: [target(turn)], limit: 100 }),
      path: (turn) => `/targets/${target(turn)}/results?limit=100`,
    },
    {
      name: 'failures of a target',
      inCore: (pool, turn) => listResultPage(pool, { targetIds: [target(turn)], outcomes: ['down'], limit: 100 }),
      path: (turn) => `/targets/${target(turn)}/results?limit=100&outcome=down`,
    },
    {
      name: 'results of all',
      inCore: (pool) => listResultPage(pool, { limit: 100 }),
      path: () => '/results?limit=100',
    },
  ];
}

/** One at a time. The first answer counts too: nobody else has warmed anything up. */
export async function timed(requests: number, ask: (turn: number) => Promise<unknown>): Promise<Timing> {
  const ms: number[] = [];
  for (let turn = 1; turn <= requests; turn++) {
    const askedAt = performance.now();
    await ask(turn);
    ms.push(performance.now() - askedAt);
  }
  ms.sort((a, b) => a - b);
  const at = (share: number) => Number((ms[Math.ceil(share * ms.length) - 1] ?? Number.NaN).toFixed(1));
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}
