// One set at a time, from the first byte of its body to the last of the answer: a set of 50,000 targets takes some 100 MB,
// and the schedule may be kept by the same process.
//
//   arrives --two wait already, or for too long--> refused, its body unread
//      \--its turn--> body read --> planned or applied --> answer sent --> the next one
//                        \--the client goes, or sends too slowly---------/

import type { FastifyReply } from 'fastify';
import { clientGone } from './request-gone.ts';
import { type GiveBack, Turns } from './turns.ts';

/** Less than requests may take to arrive: whoever waits has still to send its body. */
const longestWaitMs = 20_000;
/** Whoever does not take the answer meanwhile does not get all of it. */
const longestSendMs = 30_000;

interface SetTurn {
  readonly gone: AbortSignal;
  readonly giveBack: GiveBack;
  working: boolean;
}

export class SetTurns {
  readonly #turns = new Turns({ atOnce: 1, mostWaiting: 2, longestWaitMs, work: 'sets of targets' });
  readonly #taken = new WeakMap<FastifyReply['raw'], SetTurn>();

  /** Before the body is read. Rejects with `unavailable`. */
  async arrive(reply: FastifyReply): Promise<void> {
    const gone = clientGone(reply);
    const turn: SetTurn = { gone, giveBack: await this.#turns.take(gone), working: false };
    this.#taken.set(reply.raw, turn);
    if (isOver(reply)) turn.giveBack();
    // What has begun goes on without its client, and keeps the turn until it is over.
    const over = () => {
      if (!turn.working) turn.giveBack();
    };
    reply.raw.once('finish', over).once('close', over);
  }

  /** The work itself is told when nobody waits for it any more. */
  async work<Result>(reply: FastifyReply, work: (gone: AbortSignal) => Promise<Result>): Promise<Result> {
    const turn = this.#taken.get(reply.raw);
    if (turn === undefined) throw new Error('a set is worked on out of turn');
    turn.gone.throwIfAborted();
    turn.working = true;
    try {
      return await work(turn.gone);
    } finally {
      turn.working = false;
      if (isOver(reply)) turn.giveBack();
      else {
        const slow = setTimeout(() => reply.raw.destroy(), longestSendMs).unref();
        reply.raw.once('close', () => clearTimeout(slow));
      }
    }
  }
}

function isOver({ raw }: FastifyReply): boolean {
  return raw.closed || raw.destroyed || raw.writableFinished;
}
