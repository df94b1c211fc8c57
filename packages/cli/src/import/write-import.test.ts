// What every import prints, whatever it was made from.

import { parseConfiguration } from '@everytick/core/configuration';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { targetRules } from '../commands/target-rules.ts';
import { finishImport } from './finish-import.ts';
import { type Imported, type ImportedTarget, ImportReport } from './imported.ts';
import { reportLines } from './print-import.ts';
import { SecretReferences } from './secret-references.ts';
import { variable } from './variable.ts';
import { importYaml } from './write-import.ts';

const target = (name: string, document: Record<string, unknown> = {}, at = 0): ImportedTarget => ({
  where: `a.yaml:${at + 1}: list[${at}]`,
  name,
  document: { url: 'https://a.example/', ...document },
});

function yamlOf(imported: Partial<Imported>): string {
  return importYaml(finishImport({ targets: [], notes: [], ...imported }), { source: 'gatus', madeFrom: 'a.yaml' });
}

function readBack(yaml: string, environment: Record<string, string> = {}) {
  return parseConfiguration([{ path: 'everytick.yaml', text: yaml }], targetRules, environment).declarations;
}

describe('the configuration that an import prints', () => {
  test('is one that Everytick reads', () => {
    const documents = [
      target('plain'),
      target(
        'full',
        { group: 'g', labels: { tier: '1' }, every: '30s', headers: { 'X-A': { env: 'EVERYTICK_SECRET_A' } } },
        1,
      ),
      { ...target('paused', {}, 2), paused: true },
    ];
    const read = readBack(yamlOf({ targets: documents }));
    expect(read.map(({ spec, paused }) => [spec.name, spec.intervalS, paused])).toEqual([
      ['plain', 60, null],
      ['full', 30, null],
      ['paused', 60, true],
    ]);
    expect(read[1]?.spec.options.headers).toEqual({ 'X-A': { env: 'EVERYTICK_SECRET_A' } });
  });

  test.each([' ', ' \n', '\n \n', ' \n\n', '\n', ' a\n', 'a\n \n', '\ta\r\n', 'a\u2028b\nc'])('keeps %j', (body) => {
    const yaml = yamlOf({ targets: [target('it', { method: 'POST', body })] });
    expect(readBack(yaml)[0]?.spec.options.body).toBe(body);
  });

  test('keeps any text, and puts in variables where they were', () => {
    const piece = fc.oneof(
      fc.string({ unit: fc.constantFrom('$', '{', '}', ':', '-', '#', 'a', '"', "'", '\\', ' ', '\n') }),
      fc.constant(variable('NAME')),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const body = pieces.join('');
        const yaml = yamlOf({ targets: [target('it', { method: 'POST', body })] });
        const [declared] = readBack(yaml, { EVERYTICK_VAR_NAME: 'what it is' });
        expect(declared?.spec.options.body).toBe(body.replaceAll(variable('NAME'), 'what it is'));
      }),
      { numRuns: 100 },
    );
  });

  test('has the notes of a target above it, and others behind all', () => {
    const report = new ImportReport();
    report.leftOut('a.yaml:2: list[0].colour', 'colour: green', 'nobody\nknows it', 'it');
    report.changed('a.yaml:9: top', 'top: 1', 'for all');
    expect(yamlOf({ targets: [target('it')], notes: report.notes })).toBe(`# Made from a.yaml
# 1 target; 1 left out, 1 changed

source: gatus
targets:
  # left out: colour: green: nobody knows it
  - name: it
    url: https://a.example/

# Beside the targets:
# changed: a.yaml:9: top: 1: for all
`);
  });
});

describe('a target that Everytick does not take', () => {
  test('loses the part, and is told of', () => {
    const document = {
      headers: { 'X-A': 'b', Upgrade: 'c' },
      expect: { json: [{ path: '$.a', equals: 1 }, { path: '$[' }] },
      colour: 'green',
    };
    const { targets, notes } = finishImport({ targets: [target('it', document)], notes: [] });
    expect(targets[0]?.document).toEqual({
      url: 'https://a.example/',
      headers: { 'X-A': 'b' },
      expect: { json: [{ path: '$.a', equals: 1 }] },
    });
    expect(notes.map(({ severity, given }) => [severity, given]).toSorted()).toEqual([
      ['left out', 'colour: green'],
      ['left out', 'expect.json.1.path: $['],
      ['left out', 'headers.Upgrade: c'],
    ]);
  });

  test.each([
    [{ method: 'TRACE' }],
    [{ expect: { status: 99 } }],
    [{ expect: { body: Array.from({ length: 21 }, () => ({ matches: 'a' })) } }],
    [{ auth: { basic: { username: 'a:b', password: { env: 'EVERYTICK_SECRET_A' } } } }],
  ])('is left out where the rest of it would be another check: %j', (document) => {
    const { targets, notes } = finishImport({ targets: [target('it', document)], notes: [] });
    expect(targets).toEqual([]);
    expect(notes).toEqual([expect.objectContaining({ why: expect.stringMatching(/cannot be watched/) })]);
  });

  test('is left out where it is the URL', () => {
    const imported = { targets: [target('it', { url: 'tcp://a.example' })], notes: [] };
    expect(finishImport(imported)).toEqual({
      targets: [],
      notes: [
        expect.objectContaining({
          severity: 'left out',
          given: 'it (url: tcp://a.example)',
          why: expect.stringMatching(/cannot be watched/),
        }),
      ],
    });
  });

  test('never ends the import, whatever it says', () => {
    const document = fc.dictionary(
      fc.constantFrom('url', 'every', 'timeout', 'headers', 'auth', 'tls', 'expect', 'body', 'labels', 'group', 'x'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.array(document, { maxLength: 3 }), (documents) => {
        const targets = documents.map((each, at) => target('it', each, at));
        const finished = finishImport({ targets, notes: [] });
        const names = finished.targets.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        if (names.length > 0)
          expect(readBack(importYaml(finished, { source: 'gatus', madeFrom: 'a.yaml' }))).toHaveLength(names.length);
      }),
      { numRuns: 100 },
    );
  });
});

test('names that are taken get a number, names of many lines become one line', () => {
  const targets = [
    target('a'),
    target('a', {}, 1),
    target('a', {}, 2),
    target('b\nc', {}, 3),
    target('x'.repeat(300), {}, 4),
  ];
  const { targets: finished, notes } = finishImport({ targets, notes: [] });
  expect(finished.map(({ name }) => name)).toEqual(['a', 'a (2)', 'a (3)', 'b c', 'x'.repeat(200)]);
  expect(notes).toHaveLength(4);
});

test('the report tells each reason once, with all places', () => {
  const report = new ImportReport();
  for (const at of [1, 2, 3]) report.leftOut(`a.yaml:${at}: list[${at}].alert`, 'alert: slack', 'no alerts');
  report.leftOut('a.yaml:4: list[4].alert', 'alert: mail', 'no alerts');
  new SecretReferences(report).reference('abc', ['Grüner Laden', 'x-key'], 'a.yaml:5: key', 'the key', null);
  expect(reportLines(finishImport({ targets: [], notes: report.notes }))).toEqual([
    'left out:',
    '  no alerts',
    '    a.yaml:1: list[1].alert: slack (and 2 more)',
    '    a.yaml:4: list[4].alert: mail',
    '',
    'to set:',
    '  set EVERYTICK_SECRET_GRUNER_LADEN_X_KEY to what stands there, in the environment of the workers',
    '    a.yaml:5: key: the key',
    '',
    '0 targets; 4 left out, 1 to set',
  ]);
});
