import { describe, expect, it } from '@jest/globals';
import { ClaimHistory } from './claim-history.ts';

describe('why ticks were left lying', () => {
  it('is unknown to a worker that keeps up', () => {
    const history = new ClaimHistory();
    history.claimed(false);
    expect(history.unclaimedBecause).toBeNull();
  });

  it('is overload from the moment there is no room until a claim comes back not full', () => {
    const history = new ClaimHistory();
    history.hadNoRoom();
    expect(history.unclaimedBecause).toBe('overload');
    history.claimed(true);
    expect(history.unclaimedBecause).toBe('overload');
    history.claimed(false);
    expect(history.unclaimedBecause).toBeNull();
  });

  it('is the database until a claim succeeds, whatever else there was', () => {
    const history = new ClaimHistory();
    history.hadNoRoom();
    history.failed();
    history.hadNoRoom();
    expect(history.unclaimedBecause).toBe('database_down');
    history.claimed(true);
    expect(history.unclaimedBecause).toBe('overload');
  });
});
