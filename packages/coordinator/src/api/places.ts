// From where targets are checked, and by whom.

import { listLocations, listWorkers, locationList, locationResourceOf, workerList } from '@everytick/core';
import { locationListExample, workerListExample } from './examples.ts';
import { type ApiContext, type Operation, operation } from './operation.ts';

export function placeOperations({ pool }: ApiContext): Operation[] {
  return [
    operation({
      method: 'GET',
      url: '/locations',
      operationId: 'listLocations',
      tag: 'places',
      summary: 'All locations, with their workers and the oldest tick that nobody has claimed',
      scope: 'read',
      answers: { 200: { description: 'the locations by name', schema: locationList, example: locationListExample } },
      handle: async () => ({ locations: (await listLocations(pool)).map(locationResourceOf) }),
    }),
    operation({
      method: 'GET',
      url: '/workers',
      operationId: 'listWorkers',
      tag: 'places',
      summary: 'Workers that are there, and those of the last day',
      scope: 'read',
      answers: {
        200: { description: 'the workers by location and name', schema: workerList, example: workerListExample },
      },
      handle: async () => ({ workers: await listWorkers(pool) }),
    }),
  ];
}
