// What happens to targets between being added and being removed, and after that. Doing it twice is as doing it once.

import { ofVersion, type Queryable, restoreTargetById, setTargetPausedById } from '@everytick/core';
import { ifMatch, refusingChanged, versionsOf } from './etag.ts';
import { type ApiContext, type Operation, operation } from './operation.ts';
import { answerTarget, targetAnswer } from './target-answer.ts';
import { presentId, storedTarget, targetPath } from './target-path.ts';

export function targetLifeOperations(context: ApiContext): Operation[] {
  const { pool } = context;
  const step = (
    verb: string,
    summary: string,
    description: string,
    problems: readonly number[],
    act: (database: Queryable, id: number) => Promise<unknown>,
  ) =>
    operation({
      method: 'POST',
      url: `/targets/:id/${verb}`,
      operationId: `${verb}Target`,
      tag: 'targets',
      summary,
      description,
      scope: 'write',
      path: targetPath,
      headers: ifMatch,
      answers: { 200: targetAnswer('the target as it is now') },
      problems,
      handle: async ({ path, request, reply }) => {
        const id = presentId(path.id);
        const versions = versionsOf(request.headers['if-match'], id);
        if (versions === null) await act(pool, id);
        else
          await refusingChanged(
            id,
            ofVersion(pool, id, versions, (client) => act(client, id)),
          );
        return answerTarget(reply, await storedTarget(context, path.id));
      },
    });
  return [
    step(
      'pause',
      'Pause a target',
      'Its ticks are recorded as skipped until it is resumed.',
      [404, 412],
      (database, id) => setTargetPausedById(database, id, true),
    ),
    step(
      'resume',
      'Have a paused target checked again',
      'Its next check comes within a second.',
      [404, 412],
      (database, id) => setTargetPausedById(database, id, false),
    ),
    step(
      'restore',
      'Bring a removed target back',
      'With its id and all that it recorded. If it was paused, it still is.',
      [404, 409, 412],
      restoreTargetById,
    ),
  ];
}
