// All that the API can do.

import { checkOperations } from './checks.ts';
import { documentOperation } from './document.ts';
import { indexOperation } from './index-of-api.ts';
import type { ApiContext, Operation } from './operation.ts';
import { placeOperations } from './places.ts';
import { resultOperations } from './results.ts';
import { setOperations } from './sets.ts';
import { summaryOperations } from './summaries.ts';
import { targetLifeOperations } from './target-life.ts';
import { targetOperations } from './targets.ts';
import { uptimeOperations } from './uptimes.ts';

export function operationsOf(context: ApiContext): Operation[] {
  return [
    ...targetOperations(context),
    ...targetLifeOperations(context),
    ...resultOperations(context),
    ...summaryOperations(context),
    ...uptimeOperations(context),
    ...placeOperations(context),
    ...checkOperations(context),
    ...setOperations(context),
    indexOperation(),
    documentOperation(),
  ];
}
