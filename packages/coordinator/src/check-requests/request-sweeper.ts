// Deletes requests for checks that nobody came back for: whoever asked deletes its own, unless it died meanwhile.

import { loadSql } from '@everytick/core';
import type { Duty } from '../leadership/duty.ts';
import type { LeaderSession } from '../leadership/leadership.ts';

const sweepSql = loadSql('check-requests-sweep');

const INTERVAL_MS = 10 * 60_000;

export class RequestSweeper implements Duty {
  readonly name = 'check requests';

  async turn(session: LeaderSession): Promise<number> {
    await session.use((client) => client.query(sweepSql));
    return INTERVAL_MS;
  }
}
