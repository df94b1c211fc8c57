import { describe, expect, it } from '@jest/globals';
import { Announcements } from './announcements.ts';

/** What a claim that came back `leadMs` before its first tick says, `heardMs` before that tick being the last notification. */
function missed(leadMs: number, heardMs?: number): boolean {
  const announcements = new Announcements();
  let now = 0;
  if (heardMs !== undefined) {
    announcements.heard();
    now = performance.now() + heardMs;
  } else {
    now = performance.now() + 10_000;
  }
  return announcements.missed(now, now - leadMs);
}

describe('the announcement of a tick that was claimed unasked', () => {
  it.each([
    ['its worker has never heard anything', 50, undefined],
    ['the last notification was for ticks before', 50, 300],
    ['it has been due for a while', -5_000, 1_000],
  ])('was missed if %s', (_, leadMs, heardMs) => {
    expect(missed(leadMs, heardMs)).toBe(true);
  });

  it.each([
    ['it may be still to come', 150, undefined],
    ['it has come: somebody else took the tick and gave it back', 50, 150],
    ['one came since the tick was due', -5_000, -1_000],
  ])('was not if %s', (_, leadMs, heardMs) => {
    expect(missed(leadMs, heardMs)).toBe(false);
  });
});
