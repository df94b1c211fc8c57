// Whether anybody still waits for an answer.

import type { FastifyReply } from 'fastify';
import { RequestProblem } from './problem.ts';

/** Aborted when the connection is closed before all of the answer was sent. Nobody reads what that is refused with. */
export function clientGone({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort(new RequestProblem(400, 'request_invalid', 'the client has gone'));
  });
  return controller.signal;
}
