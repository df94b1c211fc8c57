import { EverytickError } from '@everytick/core';
import { cpuMsOf } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compile, query } from 'json-p3';
import { compileJsonPath } from './json-path.ts';
import { JsonSteps } from './json-steps.ts';

const shop = {
  status: { ok: true },
  'odd name': 1,
  items: [
    { name: 'a', price: 5, tags: ['x', 'y'] },
    { name: 'b', price: 15 },
    { name: 'cc', price: 15 },
  ],
};

function refusal(path: string): string {
  try {
    compileJsonPath(path);
  } catch (error) {
    expect(error).toBeInstanceOf(EverytickError);
    expect((error as EverytickError).code).toBe('target_invalid');
    expect((error as EverytickError).message).toMatch(/^the JSON path ".{0,80}" cannot be used: /);
    return (error as EverytickError).message;
  }
  throw new Error(`${path} compiles`);
}

/** A few that are valid it refuses, such as a filter before another selector in the argument of a function. */
function parses(path: string): boolean {
  try {
    compile(path);
    return true;
  } catch {
    return false;
  }
}

function find(path: string, document: unknown = shop) {
  return compileJsonPath(path).find(document, new JsonSteps());
}

describe('a JSON path', () => {
  it.each<[string, unknown[]]>([
    ['$.status.ok', [true]],
    ['status.ok', [true]],
    [' status["ok"] ', [true]],
    ["['odd name']", [1]],
    ['.status.ok', [true]],
    ['items[0].name', ['a']],
    ['items[-1].name', ['cc']],
    ['items[9].name', []],
    ['items[*].name', ['a', 'b', 'cc']],
    ['items[1:].name', ['b', 'cc']],
    ['items[::-1].name', ['cc', 'b', 'a']],
    ['items[0,2].name', ['a', 'cc']],
    ['items[?@.price > 5 && @.name != "b"].name', ['cc']],
    ['items[?length(@.name) == 2].price', [15]],
    ['items[?count(@.tags[*]) >= 2].name', ['a']],
    ['items[?!@.tags || value(@..tags[0]) == "z"].name', ['b', 'cc']],
    ['items[?@.price == $.items[2].price].name', ['b', 'cc']],
    ['items[?@.tags[?@ != $.items[0].tags[0]]].name', ['a']],
    ['..ok', [true]],
    ['$..[1]', [shop.items[1], 'y']],
    ['$', [shop]],
    ['$.items.length', []],
    ['$.constructor', []],
  ])('%s finds %j', (path, found) => {
    expect(find(path)).toEqual(found);
  });

  it.each([
    ['', 'is no JSONPath'],
    ['$.', 'is no JSONPath'],
    ['$.a[', 'is no JSONPath'],
    ['$.a b', 'is no JSONPath'],
    ['$[?@.a = 1]', 'is no JSONPath'],
    ['$[?@.* == 1]', 'is no JSONPath'],
    ['$[?length(@.*) == 1]', 'is no JSONPath'],
    ['$[?other(@)]', 'is no JSONPath'],
    ['$[99999999999999999999]', 'is no JSONPath'],
    [
      '$[?match(@.a, "(a+)+$")]',
      'the function match() is not supported; test what the path finds with matches instead',
    ],
    ['$[?@.b == 1 || !search(@.a, "x")]', 'the function search() is not supported'],
  ])('%s is refused with a sentence', (path, reason) => {
    expect(refusal(path)).toContain(reason);
  });

  it.each([
    ['long', 'a'.repeat(1_001), 'is longer than 1,000 characters'],
    ['deep', `$${'[?@'.repeat(300)}`, 'is no JSONPath'],
  ])('that is very %s is refused with a short sentence', (_, path, reason) => {
    expect(refusal(path)).toContain(reason);
    expect(refusal(path).length).toBeLessThan(300);
  });

  it('may be nested as deeply as it may be long', () => {
    expect(find(`$${'[?@'.repeat(200)}${']'.repeat(200)}`)).toEqual([]);
    expect(find(`$[?${'('.repeat(450)}@.ok${')'.repeat(450)}]`)).toEqual([shop.status]);
  });

  // Without `$`, which in a filter within a filter is not the whole document there.
  it('finds what the library finds that parsed it', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const { document } = fc.letrec<{ document: unknown }>((tie) => ({
      document: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom(null, true, false, 0, 1, -1.5, '', 'a', 'bb'),
        fc.array(tie('document'), { maxLength: 4 }),
        fc.dictionary(name, tie('document'), { maxKeys: 3, noNullPrototype: true }),
      ),
    }));
    const index = fc.integer({ min: -5, max: 5 });
    const bound = fc.oneof(fc.constant(''), index.map(String));
    const singular = fc
      .tuple(
        fc.constant('@'),
        fc.array(
          fc.oneof(
            name.map((n) => `.${n}`),
            index.map((i) => `[${i}]`),
          ),
          { maxLength: 2 },
        ),
      )
      .map(([root, steps]) => root + steps.join(''));
    const paths = fc.letrec<Record<'selector' | 'segments' | 'query' | 'operand' | 'test', string>>((tie) => ({
      selector: fc.oneof(
        { depthSize: 'small' },
        fc.constant('*'),
        name.map((n) => `'${n}'`),
        index.map(String),
        fc
          .tuple(bound, bound, fc.constantFrom('', ':', ':1', ':2', ':-1', ':-2', ':0'))
          .map(([a, b, c]) => `${a}:${b}${c}`),
        tie('test').map((test) => `?${test}`),
      ),
      segments: fc
        .array(fc.tuple(fc.constantFrom('', '', '..'), fc.array(tie('selector'), { minLength: 1, maxLength: 2 })), {
          maxLength: 3,
        })
        .map((all) => all.map(([dots, selectors]) => `${dots}[${selectors.join(', ')}]`).join('')),
      query: fc.tuple(fc.constant('@'), tie('segments')).map(([root, segments]) => root + segments),
      operand: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('1', '0', '-1.5', '"a"', "'bb'", 'true', 'null'),
        singular,
        singular.map((path) => `length(${path})`),
        tie('query').map((path) => `count(${path})`),
        tie('query').map((path) => `value(${path})`),
      ),
      test: fc.oneof(
        { depthSize: 'small' },
        tie('query'),
        tie('query').map((path) => `!${path}`),
        fc
          .tuple(tie('operand'), fc.constantFrom('==', '!=', '<', '>', '<=', '>='), tie('operand'))
          .map(([a, operator, b]) => `${a} ${operator} ${b}`),
        fc
          .tuple(tie('test'), fc.constantFrom('&&', '||'), tie('test'))
          .map(([a, operator, b]) => `(${a}) ${operator} ${b}`),
      ),
    }));
    fc.assert(
      fc.property(document, paths.segments, (value, segments) => {
        const path = `$${segments}`;
        fc.pre(path.length <= 1_000 && parses(path));
        const found = compileJsonPath(path).find(value, new JsonSteps(100_000));
        fc.pre(found !== null);
        expect(found).toEqual(query(path, value as never).values());
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('looking through a document', () => {
  const size = 1_048_576;
  const many = (value: string) =>
    `[${Array.from({ length: Math.floor(size / (value.length + 1)) }, () => value).join(',')}]`;
  const documents = {
    numbers: many('1'),
    'empty objects': many('{}'),
    items: many('{"id":12345,"name":"item","ok":true,"price":9.99}'),
    'nested arrays': '['.repeat(size / 2) + ']'.repeat(size / 2),
    'nested objects': `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`,
    'one large object': `{${Array.from({ length: 110_000 }, (_, i) => `"${i.toString(36)}":1`).join(',')}}`,
    'long strings': `{"x":"${'a'.repeat(400_000)}","y":"${'a'.repeat(400_000)}","z":${many('1').slice(0, 200_000)}1]}`,
  };
  const paths = [
    '$..*..*..*',
    '$..[?@ == $]',
    '$..[?$.x == $.y]',
    '$..[?count(@..*) > 3]',
    '$[0,0,0][0,0,0][0,0,0][0,0,0][0,0,0][0,0,0][0,0,0][0,0,0][0,0,0][0,0,0][0,0,0][0,0,0][0,0,0]',
    `$[?${Array.from({ length: 90 }, () => '@.a==1').join('||')}]`,
  ];

  it.each(Object.entries(documents))('of 1 MiB takes no longer than it may: %s', (_, text) => {
    const document = JSON.parse(text);
    for (const path of paths) {
      const compiled = compileJsonPath(path);
      // 10 to 40 ms in a worker, and ten times that under Jest, whose globals are slow. Without the budget, hours.
      expect(cpuMsOf(() => compiled.find(document, new JsonSteps()))).toBeLessThan(1_500);
    }
  });

  it('has steps enough for usual paths in usual documents', () => {
    const document = JSON.parse(documents.items);
    const steps = new JsonSteps();
    expect(compileJsonPath('$[*].price').find(document, steps)).toHaveLength(20_971);
    expect(compileJsonPath('$[?@.ok == true && @.price < 5].name').find(document, steps)).toEqual([]);
    expect(compileJsonPath('$..price').find(document, new JsonSteps())).toHaveLength(20_971);
  });

  it('shares its steps with all that is looked for in it', () => {
    const document = JSON.parse(documents.numbers);
    const steps = new JsonSteps();
    expect(compileJsonPath('$..*..*').find(document, steps)).toBeNull();
    expect(compileJsonPath('$[0]').find(document, steps)).toBeNull();
    expect(steps.left).toBe(0);
  });
});
