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

const planOf = (changes: PlannedChange[], unchanged = 0): Plan => ({ source: 'web', changes, unchanged });
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

  it('shows no password', () => {
    const shown = lines(change(state({ url: 'https://me:hunter2@shop.example/' }), state())).join('\n');
    expect(shown).toContain('url: https://me:***@shop.example/ -> https://shop.example/');
    expect(shown).not.toContain('hunter2');
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
});

describe('a long value', () => {
  it('is shown around what differs', () => {
    const [same, more] = ['x'.repeat(300), 'y'.repeat(300)];
    const [before = '', after = ''] = shownChange(`${same}A${more}`, `${same}B${more}`).split(' -> ');
    expect(before).toMatch(/^…x{20}Ay{79}…$/);
    expect(after).toMatch(/^…x{20}By{79}…$/);
  });
});
