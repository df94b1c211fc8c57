// Relabelling as Prometheus documents it, one action after the other.

import { describe, expect, test } from '@jest/globals';
import { sourceValueOf } from '../source-value.ts';
import { type RelabelRule, relabelRule } from './relabel.ts';

const labels = { __address__: 'a.example:80', job: 'web', team: 'Shop', zone: 'eu-1' };

function relabelled(rule: object): Record<string, string> | null {
  const made = relabelRule(sourceValueOf(rule, { file: 'p.yml', path: 'rule', line: null })) as RelabelRule;
  const result = made.apply(new Map(Object.entries(labels)));
  return result === null ? null : Object.fromEntries(result);
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: this is how relabelling writes groups.
describe('a rule', () => {
  test.each([
    [
      'replaces by default',
      { source_labels: ['__address__'], target_label: 'instance' },
      { ...labels, instance: 'a.example:80' },
    ],
    ['joins its sources', { source_labels: ['team', 'zone'], target_label: 'x' }, { ...labels, x: 'Shop;eu-1' }],
    [
      'with a separator',
      { source_labels: ['team', 'zone'], separator: '', target_label: 'x' },
      { ...labels, x: 'Shopeu-1' },
    ],
    [
      'takes groups',
      { source_labels: ['zone'], regex: '(..)-(?P<n>.)', target_label: 'x', replacement: '$2/${n}/${1}$$' },
      { ...labels, x: '1/1/eu$' },
    ],
    ['matches the whole value', { source_labels: ['zone'], regex: 'eu', target_label: 'x' }, labels],
    [
      'takes a label away',
      { source_labels: ['zone'], target_label: 'team', regex: '.*', replacement: '' },
      { __address__: 'a.example:80', job: 'web', zone: 'eu-1' },
    ],
    ['ignores case', { source_labels: ['team'], regex: '(?i)shop', action: 'keep' }, labels],
    ['keeps', { source_labels: ['team'], regex: 'Blog', action: 'keep' }, null],
    ['drops', { source_labels: ['team'], regex: 'Shop', action: 'drop' }, null],
    ['keeps what is equal', { source_labels: ['team'], target_label: 'zone', action: 'keepequal' }, null],
    ['drops what is equal', { source_labels: ['team'], target_label: 'team', action: 'dropequal' }, null],
    ['lowers', { source_labels: ['team'], target_label: 'team', action: 'lowercase' }, { ...labels, team: 'shop' }],
    ['raises', { source_labels: ['team'], target_label: 'team', action: 'uppercase' }, { ...labels, team: 'SHOP' }],
    ['maps names', { regex: '(te.)m', replacement: '${1}_x', action: 'labelmap' }, { ...labels, tea_x: 'Shop' }],
    ['drops labels', { regex: 'zone|team', action: 'labeldrop' }, { __address__: 'a.example:80', job: 'web' }],
    ['keeps labels', { regex: '__.*|job', action: 'labelkeep' }, { __address__: 'a.example:80', job: 'web' }],
    [
      'hashes',
      { source_labels: ['zone'], modulus: 8, target_label: 'x', action: 'hashmod' },
      { ...labels, x: expect.stringMatching(/^[0-7]$/) },
    ],
  ])('%s', (_title, rule, wanted) => {
    expect(relabelled(rule)).toEqual(wanted);
  });

  test.each([
    [{ action: 'brand_new' }, /is no action/],
    [{ regex: '(' }, /does not compile/],
    [{ regex: '\\p{Greek}+' }, /is not understood here/],
  ])('%j is refused', (rule, reason) => {
    expect(relabelRule(sourceValueOf(rule, { file: 'p.yml', path: 'rule', line: null }))).toEqual(
      expect.stringMatching(reason),
    );
  });
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above.
