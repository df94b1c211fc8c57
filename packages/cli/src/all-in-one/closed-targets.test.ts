import type { ListedTarget } from '@everytick/core';
import { describe, expect, it } from '@jest/globals';
import { warningAboutClosed } from './closed-targets.ts';

const targets = (...urls: string[]) =>
  urls.map((url, index) => ({ name: `t${index}`, url })) as unknown as ListedTarget[];

describe('targets on this machine', () => {
  it('are told where nobody has opened it', () => {
    expect(warningAboutClosed(targets('https://example.org/', 'http://localhost:8080/'), {})).toBe(
      "'t1' is on this machine, which is closed to checks: EVERYTICK_EGRESS_ALLOW=127.0.0.1 opens it",
    );
    const many = targets('http://127.0.0.1:1/', 'http://[::1]/', 'https://127.9.9.9/');
    expect(warningAboutClosed(many, { EVERYTICK_EGRESS_ALLOW: ' ' })).toMatch(/^'t0' and 2 more are on this machine/);
  });

  it('are not where somebody has said what is open, and others never are', () => {
    const here = targets('http://127.0.0.1:1/');
    expect(warningAboutClosed(here, { EVERYTICK_EGRESS_ALLOW: '127.0.0.0/8' })).toBeNull();
    expect(warningAboutClosed(targets('http://10.0.0.1/', 'https://localhost.example/', 'no url'), {})).toBeNull();
    expect(warningAboutClosed([], {})).toBeNull();
  });
});
