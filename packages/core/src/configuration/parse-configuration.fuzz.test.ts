import {
  anything,
  damaged,
  likelyConfiguration,
  looseConfiguration,
  yamlNoise,
  yamlOf,
} from '@everytick/testing/yaml-arbitrary';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { EverytickError } from '../domain/error.ts';
import { parseConfiguration } from './parse-configuration.ts';

const rules = { compilePattern: (pattern: string) => new RegExp(pattern) };
const environment = { EVERYTICK_VAR_host: 'host.example', EVERYTICK_VAR_x: `$\{host}` };
const cases = 10_000;
const longestCaseMs = 5_000;

/** Milliseconds of this process alone: others may keep the machine busy. */
function cpuMs(): number {
  return process.cpuUsage().user / 1_000;
}

const text = fc.oneof(
  { weight: 6, arbitrary: yamlNoise },
  { weight: 6, arbitrary: yamlNoise.map((noise) => `targets:\n  - url: http://a.example\n    ${noise}`) },
  { weight: 1, arbitrary: yamlOf(anything) },
  { weight: 1, arbitrary: yamlOf(looseConfiguration) },
  { weight: 1, arbitrary: damaged(yamlOf(looseConfiguration)) },
  { weight: 3, arbitrary: yamlOf(likelyConfiguration) },
  { weight: 3, arbitrary: damaged(yamlOf(likelyConfiguration)) },
);

test('any text becomes a configuration, or problems that each have a place', () => {
  let read = 0;
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 2, size: 'small' }), (texts) => {
      const files = texts.map((each, index) => ({ path: `${index}.yaml`, text: each }));
      const begin = cpuMs();
      try {
        const { declarations } = parseConfiguration(files, rules, environment);
        read++;
        for (const { spec } of declarations) expect(spec.url).toMatch(/^https?:/);
      } catch (error) {
        if (!(error instanceof EverytickError)) throw error;
        expect(error.code).toBe('targets_file_invalid');
        const lines = error.message.split('\n');
        if (lines.length > 1 && lines.at(-1)?.startsWith('and ')) lines.pop();
        expect(lines.length).toBeLessThanOrEqual(100);
        for (const line of lines) expect(line).toMatch(/^[01]\.yaml:[1-9]\d*:[1-9]\d*: \S/);
        expect(new Set(lines).size).toBe(lines.length);
      }
      expect(cpuMs() - begin).toBeLessThan(longestCaseMs);
    }),
    { numRuns: cases },
  );
  // And some of it is right.
  expect(read).toBeGreaterThan(cases / 100);
}, 120_000);

test.each([
  ['brackets', '['.repeat(100_000)],
  ['braces', '{a: '.repeat(100_000)],
  ['dashes', '- '.repeat(100_000)],
  ['keys on one line', 'a: '.repeat(100_000)],
  ['explicit keys', '? '.repeat(100_000)],
  ['anchors', '&a '.repeat(30_000)],
  ['quotes', `targets: '${"''".repeat(1_000_000)}`],
  ['indentation', Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
])('too many %s are refused, and soon', (_, given) => {
  const begin = cpuMs();
  expect(() => parseConfiguration([{ path: 'x.yaml', text: given }], rules, {})).toThrow(EverytickError);
  expect(cpuMs() - begin).toBeLessThan(longestCaseMs);
});
