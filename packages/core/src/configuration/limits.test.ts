import { describe, expect, test } from '@jest/globals';
import { EverytickError } from '../domain/error.ts';
import { parseConfiguration, parseConfigurationGently } from './parse-configuration.ts';
import { readEvents } from './read-events.ts';

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: in a configuration they are variables.

const rules = { compilePattern: (pattern: string) => new RegExp(pattern) };
const longestMs = 5_000;

function problemsOf(text: string): string[] {
  const begin = process.cpuUsage().user;
  try {
    parseConfiguration([{ path: 'a.yaml', text }], rules, {});
  } catch (error) {
    if (!(error instanceof EverytickError)) throw error;
    expect((process.cpuUsage().user - begin) / 1_000).toBeLessThan(longestMs);
    return error.message.split('\n');
  }
  return [];
}

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');
const rows = (count: number) => `[${Array.from({ length: count }, (_, index) => `{i: ${index}}`).join(',')}]`;
const manyKeys = `{${Array.from({ length: 9_000 }, (_, index) => `k${index}: 1`).join(',')}}`;

describe('a small file that stands for very much is refused, and soon:', () => {
  test('variables that double', () => {
    const doubling = lines(32, (index) => `  v${index + 1}: '\${v${index}}\${v${index}}'`);
    const text = `variables:\n  v0: 'xxxxxxxxxx'\n${doubling}targets: [{ url: http://a, name: '\${v32}' }]`;
    expect(problemsOf(text)).toContain(
      'a.yaml:15:8: has more than 65536 characters once its variables are replaced, which is too long',
    );
  });

  test.each([
    ['defaults', 'defaults: {expect: {body: [LIST]}}', 'a.yaml:2:11: defaults: has'],
    ['a group', 'groups: {g: {expect: {body: [LIST]}}}', 'a.yaml:2:10: groups.g: has'],
    ['a template', 'templates: {t: {expect: {body: [LIST]}}}', 'a.yaml:2:13: templates.t: has'],
    ['a target', 'targets: [{expect: {body: [LIST]}}]', 'a.yaml:2:11: a target has'],
  ])('aliases in %s', (_, line, problem) => {
    const large = line.replace('LIST', Array(20_000).fill('*a').join());
    const text = `x-a: &a [${'1,'.repeat(9_000)}]\n${large}\n${line.startsWith('targets') ? '' : 'targets: []'}`;
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(`^${problem} 18002000\\d values in it; at most 50000 are allowed$`),
    ]);
  });

  test.each([
    ['one by one', `x-b:\n${'  - <<: *a\n'.repeat(200)}`],
    ['in lists', `x-b: {<<: [${'*a,'.repeat(200)}]}\n`],
  ])('merge keys %s', (_, merging) => {
    expect(problemsOf(`x-a: &a ${manyKeys}\n${merging}targets: []`)).toEqual([
      expect.stringMatching(/is nested too deeply, in itself, or in too many aliases$/),
    ]);
  });

  test('for_each of many rows with a large template', () => {
    const body = "'x${j}',".repeat(3_000);
    const text = `templates: {t: {name: '\${i} \${j}', expect: {body: [${body}]}}}
targets: [{ template: t, with: {j: 1}, for_each: ${rows(2_000)} }]`;
    expect(problemsOf(text)).toEqual([
      'a.yaml:2:50: with the 2000 targets of 3007 values each that this makes targets, groups and templates have more than ' +
        '5000000 values in them, which is too many',
    ]);
  });

  test('for_each of many rows with many variables', () => {
    const text = `x-a: &a ${manyKeys}\ntargets: [{url: 'http://a/\${i}', with: *a, for_each: ${rows(5_000)}}]`;
    expect(problemsOf(text)).toEqual([expect.stringContaining('with the 5000 targets of 9003 values each')]);
  });

  test('for_each of the same rows again and again', () => {
    const same = lines(100, () => `- { url: 'http://a/\${i}', for_each: *a }`);
    expect(problemsOf(`x-a: &a ${rows(3_000)}\ntargets:\n${same}`).length).toBeLessThan(102);
  });

  test('long texts made of variables, again and again', () => {
    const text = `variables: {v: '${'x'.repeat(1_000)}'}
targets: [{url: 'http://a/\${i}', method: POST, body: '${'${v}'.repeat(60)}', for_each: ${rows(5_000)}}]`;
    expect(problemsOf(text)).toEqual([
      'a.yaml:2:54: with this texts with variables have more than 100000000 characters, which is too many',
    ]);
  });
});

describe('of very many problems', () => {
  const only100 = 'and more: only the first 100 are told';

  test.each([
    ['names that are there already', lines(10_000, (index) => `- { name: same, url: http://a/${index} }`)],
    ['unknown fields', lines(10_000, (index) => `- { url: http://a/${index}, f${index}: 1 }`)],
    ['unknown variables', lines(10_000, (index) => `- { url: 'http://a/\${some_variable_${index}}' }`)],
    ['templates that are not there', lines(10_000, (index) => `- { url: http://a, template: t${index} }`)],
  ])('the first 100 are told: %s', (_, targets) => {
    const variables = lines(10_000, (index) => `  variable_${index}: 1`);
    const templates = lines(5_000, (index) => `  template_${index}: { match: a }`);
    const problems = problemsOf(`variables:\n${variables}templates:\n${templates}targets:\n${targets}`);
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toBe(only100);
    for (const problem of problems) expect(problem.length).toBeLessThan(500);
  });

  test('ten of the templates that there are are named', () => {
    const templates = lines(12, (index) => `  t${index}: {}`);
    expect(problemsOf(`templates:\n${templates}targets: [{ url: http://a, template: nothing }]`)).toEqual([
      "a.yaml:14:38: template: there is no 'nothing'; there are t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 and 2 more",
    ]);
  });

  test('what is wrong in very many targets in the same way is told once', () => {
    const text = `targets: [{ name: 'n\${i}', url: 'http://a/\${x}', for_each: ${rows(5_000)} }]`;
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^a\.yaml:1:33: unknown variable 'x'; .*\(in target 'n0' and 999 more\)$/),
      'and perhaps more: with so much that is wrong, the rest has not been looked into',
    ]);
  });
});

describe('many targets', () => {
  const text = `templates: {t: {url: 'http://a/\${i}', name: 'n\${i}', match: a}}
targets: [{ template: t, for_each: ${rows(10_000)} }]`;
  const files = [{ path: 'a.yaml', text }];

  test('can be read a little at a time', async () => {
    let turns = 0;
    let reading = true;
    const count = () => {
      turns++;
      if (reading) setImmediate(count);
    };
    setImmediate(count);
    const { declarations } = await parseConfigurationGently(files, rules, {}).finally(() => {
      reading = false;
    });
    expect(turns).toBeGreaterThan(3);
    expect(declarations).toEqual(parseConfiguration(files, rules, {}).declarations);
  });

  test('are refused in the same way a little at a time', async () => {
    await expect(parseConfigurationGently([{ path: 'a.yaml', text: 'targets: 1' }], rules, {})).rejects.toThrow(
      'a.yaml:1:10: targets has to be a list',
    );
  });
});

test.each([
  ['quotes', `a: "x\ty"`, true],
  ['a comment', `# x\ty`, true],
  ['a comment behind a value', `a: 'b' # x\ty`, true],
  ['a value', `a: x\ty`, false],
  ['quotes over several lines', `a: "x\n  \ty"`, false],
  ['what follows quotes with a # in them', `'a # b'\t: c`, false],
  ['indentation', `a:\n\t- b`, false],
])('a tab in %s is read the fast way or not', (_, text, fast) => {
  expect(readEvents({ path: 'a.yaml', text: `targets: []\n${text}\n` }) !== null).toBe(fast);
});

test.each(["- 'x' b: 1", "- 'x' 'b':\n    c: 1"])('a key behind a list item, as in %p, is refused', (items) => {
  expect(problemsOf(`targets: []\nx-a:\n${items}`)).toContainEqual(expect.stringContaining('a.yaml:3:7: unexpected'));
});

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above.
