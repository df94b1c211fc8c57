// Fetchers never reject. One that does all the same must not end the worker, with all that is in flight.

import type { FetchResult, FetchWatch, Logger, RequestHeaders, Target, TargetFetcher } from '@everytick/core';
import { notBegun } from './not-begun.ts';

export async function fetchOrMiss(
  fetcher: TargetFetcher,
  target: Target,
  headers: RequestHeaders | undefined,
  logger: Logger,
  watch?: FetchWatch,
): Promise<FetchResult> {
  try {
    return await fetcher.fetch(target, headers, watch);
  } catch (error) {
    logger.error({ err: error, targetId: target.id }, 'a fetch failed with an error of its own');
    const detail = 'the worker could not carry out the check; its log says why';
    return notBegun(target, { missed: { code: 'internal_error', detail } });
  }
}
