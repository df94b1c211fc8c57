import {
  type DeclaredState,
  type Plan,
  type PlannedChange,
  parseTargetSpec,
  planResourceOf,
  type TargetSpecInput,
} from '@everytick/core';
import { describe, expect, it } from '@jest/globals';
import { planLines, planSummary } from './plan-lines.ts';
import { shownChange } from './plan-value.ts';
import { undeclaredLine } from './undeclared-line.ts';

function state(
  given: Omit<TargetSpecInput, 'url'> & { url?: string } = {},
  more: Partial<DeclaredState> = {},
): DeclaredState {
  const spec = parseTargetSpec(
    { name: 'shop', url: 'https://shop.example/', ...given },
    { compilePattern: () => undefined, literalSecrets: 'allowed' },
  );
  return { spec, paused: false, source: 'web', ...more };
}

function change(before: DeclaredState | null, after: DeclaredState | null): PlannedChange {
  const action = before === null ? 'add' : after === null ? 'remove' : 'change';
  return {
    action,
    name: (after ?? before)?.spec.name ?? '',
    id: before === null ? null : 1,
    before,
    after,
    changed: [],
  };
}

function planOf(changes: PlannedChange[], unchanged = 0, undeclared: string[] = []): Plan {
  return { source: 'web', changes, unchanged, undeclared };
}
const lines = (...changes: PlannedChange[]) => planLines(planResourceOf(planOf(changes), false));

describe('a plan', () => {
  it('has a line for each target, those that are added first', () => {
    expect(
      lines(
        change(state({ name: 'old', every: '5m' }), null),
        change(
          null,
          state({ name: 'new', method: 'HEAD', expect: { status: [200], certificate_days: 3 } }, { paused: true }),
        ),
      ),
    ).toEqual([
      '+ new  HEAD https://shop.example/  every 1m, 2 expectations, paused',
      '- old  https://shop.example/  every 5m',
    ]);
  });

  it('says of each change what was and what will be', () => {
    expect(
      lines(
        change(
          state(
            { labels: { team: 'a' }, expect: { status: [200, 404] }, body: { env: 'A' }, method: 'POST' },
            { source: null },
          ),
          state(
            { every: '10s', labels: { team: 'b' }, expect: { status: [404], body: [{ matches: 'x' }] }, match: ' y' },
            { paused: true },
          ),
        ),
      ),
    ).toEqual([
      '~ shop',
      '    every: 1m -> 10s',
      '    timeout: 10s -> 5s',
      '    match: (none) -> " y"',
      '    labels.team: a -> b',
      '    paused: false -> true',
      '    source: (none) -> web',
      '    method: POST -> (none)',
      '    body: {env: A} -> (none)',
      '    expect.status: ["200", "404"] -> ["404"]',
      '    expect.body: (none) -> [{matches: x}]',
    ]);
  });

  it('tells of what is added what it does not have by default, in lines that fit', () => {
    expect(lines(change(null, state({ every: '10s', timeout: '5s', locations: ['default'] })))).toHaveLength(1);
    const added = state({
      every: '10s',
      timeout: '2s',
      match: 'x'.repeat(60),
      method: 'POST',
      body: { env: 'A' },
      headers: { accept: 'text/html', 'x-a': 'b' },
      auth: { bearer: { env: 'A' } },
      group: 'api',
      labels: { team: 'a', tier: 1 },
      locations: ['default', 'oslo'],
      ip_family: '6',
      proxy: 'http://proxy.example:3128',
      expect: { status: [200] },
    });
    expect(lines(change(null, added))).toEqual([
      '+ shop  POST https://shop.example/  every 10s, 1 expectation',
      `    timeout 2s, match ${'x'.repeat(40)}…,`,
      '    body from a secret, 2 headers, auth bearer, group api, 2 labels,',
      '    from default and oslo, IP family 6, proxy',
    ]);
    expect(lines(change(added, null))).toHaveLength(1);
  });

  it('shows nothing of a URL that may be secret, and says so where nothing else differs', () => {
    const url = 'https://me:hunter2@shop.example/?token=s3cret';
    const differences = [
      [url, 'https://shop.example/?token=s3cret', 'https://shop.example/?token=*** (user or password changed)'],
      [url, 'https://me:hunter2@shop.example/?token=n3w', 'https://shop.example/?token=*** (query changed)'],
      [url, 'https://b.example/?key=n3w', 'https://shop.example/?token=*** -> https://b.example/?key=***'],
    ];
    for (const [before = '', after = '', expected] of differences) {
      expect(lines(change(state({ url: before }), state({ url: after })))).toEqual(['~ shop', `    url: ${expected}`]);
    }
    expect(lines(change(null, state({ url })))).toEqual(['+ shop  https://shop.example/?token=***  every 1m']);
    const finalUrl = (token: string) => state({ expect: { final_url: `https://shop.example/?t=${token}` } });
    expect(lines(change(finalUrl('s3cret'), finalUrl('n3w')))[1]).toBe(
      '    expect.final_url: https://shop.example/?t=*** (query changed)',
    );
  });

  it('lets no text write to the terminal', () => {
    const shown = lines(
      change(state({ method: 'POST', body: 'a' }), state({ method: 'POST', body: '\u001b[2Ja\u009b\u202eb' })),
    );
    expect(shown[1]).toBe('    body: a -> "\\u001b[2Ja\\u009b\\u202eb"');
  });

  it('counts what there is too much of', () => {
    const shown = lines(...Array.from({ length: 1_045 }, (_, index) => change(null, state({ name: `t ${index}` }))));
    expect(shown).toHaveLength(41);
    expect(shown.at(-1)).toBe('  and 1,005 more to add (--json has them all)');
  });

  it('ends with how many of each kind', () => {
    const some = planOf([change(null, state()), change(state(), null), change(state(), state({ every: '1s' }))], 9_996);
    expect(planSummary(planResourceOf(some, false))).toBe('Plan: 1 to add, 1 to change, 1 to remove; 9,996 unchanged.');
    expect(planSummary(planResourceOf(some, true))).toBe('Applied: 1 added, 1 changed, 1 removed; 9,996 unchanged.');
    expect(planSummary(planResourceOf(planOf([], 2), false))).toBe('Nothing to change: 2 targets as declared.');
  });

  it('names what is no longer declared and stays', () => {
    const line = (undeclared: string[]) => undeclaredLine(planResourceOf(planOf([], 0, undeclared), false));
    expect(line([])).toEqual([]);
    expect(line(['shop.example'])).toEqual([
      "1 target of source 'web' is no longer declared and stays: shop.example (--prune removes it)",
    ]);
    expect(line(Array.from({ length: 12 }, (_, index) => `t${index}`))).toEqual([
      "12 targets of source 'web' are no longer declared and stay: t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 and 2 others " +
        '(--prune removes them)',
    ]);
  });
});

describe('a long value', () => {
  it('is shown around what differs', () => {
    const [same, more] = ['x'.repeat(300), 'y'.repeat(300)];
    const [before = '', after = ''] = shownChange(`${same}A${more}`, `${same}B${more}`).split(' -> ');
    expect(before).toMatch(/^…x{20}Ay{79}…$/);
    expect(after).toMatch(/^…x{20}By{79}…$/);
  });
});
