// Lists that are read a page at a time, as a whole.

import type { ResultResource, TargetFilter, TargetResource } from '@everytick/core';
import { longestPage, type Operations, type ResultFilter } from './operations.ts';

export interface Listed<Item> {
  readonly items: readonly Item[];
  /** Whether there are more than were asked for. */
  readonly more: boolean;
}

/** The first `most` targets by name. */
export function targetsUpTo(
  operations: Operations,
  filter: TargetFilter,
  most: number,
): Promise<Listed<TargetResource>> {
  return collect(most, longestPage.targets, async (limit, cursor) => {
    const { targets, next_cursor } = await operations.targetPage(filter, { limit, ...cursor });
    return { items: targets, next: next_cursor };
  });
}

/** The newest `most` results, newest first. */
export function resultsUpTo(
  operations: Operations,
  filter: ResultFilter,
  most: number,
): Promise<Listed<ResultResource>> {
  return collect(most, longestPage.results, async (limit, cursor) => {
    const { results, next_cursor } = await operations.resultPage(filter, { limit, ...cursor });
    return { items: results, next: next_cursor };
  });
}

async function collect<Item>(
  most: number,
  longest: number,
  read: (limit: number, cursor: { cursor?: string }) => Promise<{ items: readonly Item[]; next: string | null }>,
): Promise<Listed<Item>> {
  const items: Item[] = [];
  let next: string | null = null;
  do {
    const page = await read(Math.min(longest, most - items.length), next === null ? {} : { cursor: next });
    items.push(...page.items);
    next = page.next;
  } while (next !== null && items.length < most);
  return { items, more: next !== null };
}
