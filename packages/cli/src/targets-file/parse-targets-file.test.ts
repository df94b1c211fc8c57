import { describe, expect, test } from '@jest/globals';
import { parseTargetsFile } from './parse-targets-file.ts';

const compile = (pattern: string) => new RegExp(pattern);

function problemsOf(text: string): string[] {
  try {
    parseTargetsFile(text, 'sites.yaml', compile);
  } catch (error) {
    expect(error).toMatchObject({ name: 'EverytickError', code: 'targets_file_invalid' });
    return (error as Error).message.split('\n');
  }
  return [];
}

describe('a targets file', () => {
  test('becomes target specs', () => {
    const text = `
targets:
  - name: shop
    url: https://shop.example/
    every: 10s
    timeout: 5s
    match: 'Add to cart'
  - url: https://blog.example/feed
    every: 30
    locations: [default, &home oslo]
  - url: https://c.example
    locations: [*home]
`;
    expect(parseTargetsFile(text, 'sites.yaml', compile)).toEqual([
      {
        name: 'shop',
        url: 'https://shop.example/',
        intervalS: 10,
        timeoutMs: 5_000,
        matchPattern: 'Add to cart',
        locations: ['default'],
      },
      {
        name: 'blog.example/feed',
        url: 'https://blog.example/feed',
        intervalS: 30,
        timeoutMs: 10_000,
        matchPattern: null,
        locations: ['default', 'oslo'],
      },
      expect.objectContaining({ name: 'c.example', locations: ['oslo'] }),
    ]);
  });

  test('may use anchors', () => {
    const text = 'targets:\n  - url: http://a.example\n    every: &e 5s\n  - url: http://b.example\n    every: *e\n';
    expect(parseTargetsFile(text, 'sites.yaml', compile).map((spec) => spec.intervalS)).toEqual([5, 5]);
  });

  test('tells every problem at once, each with line and column', () => {
    const text = `targets:
  - name: shop
    ulr: https://shop.example/
    every: 0s
  - url: ftp://files.example/
    interval: 10s
  - name: shop
    url: https://a.example
    timeout: 3m
  - just a text
  - name: [1]
    url: https://b.example
    match: '('
    frobnicate: 1
  - url: https://c.example
    locations: frankfurt
  - url: https://d.example
    locations: [default, Oslo, [x]]
`;
    expect(problemsOf(text)).toEqual([
      'sites.yaml:2:5: url: is missing; it has to be a text such as https://example.org/',
      "sites.yaml:3:5: unknown field 'ulr'; did you mean 'url'? allowed are name, url, every, timeout, match, locations",
      "sites.yaml:4:12: every: '0s' is too short; allowed are 1s to 1d, as seconds or with a unit (10s, 5m, 1h, 1d)",
      "sites.yaml:5:10: url: 'ftp://files.example/' is no http or https URL; allowed are http://... and https://...",
      "sites.yaml:6:5: unknown field 'interval'; did you mean 'every'? allowed are name, url, every, timeout, match, locations",
      "sites.yaml:9:14: timeout: '3m' is too long; allowed are 100ms to 120s, as seconds or with a unit (500ms, 5s, 1m)",
      "sites.yaml:10:5: a target has to be a mapping such as '- url: https://example.org/'",
      'sites.yaml:11:11: name: is a list; it has to be a text (in quotes, if it looks like something else)',
      expect.stringMatching(/^sites.yaml:13:12: match: .*Unterminated group/),
      "sites.yaml:14:5: unknown field 'frobnicate'; allowed are name, url, every, timeout, match, locations",
      'sites.yaml:16:16: locations: is the string frankfurt; it has to be a list of locations such as [default, frankfurt]',
      'sites.yaml:18:16: locations: is a list; it has to be the name of a location',
    ]);
  });

  test('must not use a name twice, given or made from the URL', () => {
    const text = 'targets:\n  - name: a.example\n    url: http://x.example\n  - url: http://a.example/\n';
    expect(problemsOf(text)).toEqual([
      "sites.yaml:4:5: name: 'a.example' (the name that its URL gives) is on line 2 already; names have to differ",
    ]);
  });

  test('with a syntax error tells where', () => {
    expect(problemsOf('targets:\n  - url: "https://a.example\n  - url: x\n')[0]).toMatch(
      /^sites.yaml:4:1: missing closing/,
    );
    expect(problemsOf('targets:\n\t- url: x\n')[0]).toMatch(/^sites.yaml:2:1: tabs/);
  });

  test('must not have a field twice', () => {
    expect(problemsOf('targets:\n  - url: http://a.example\n    url: http://b.example\n')).toEqual([
      'sites.yaml:3:5: map keys must be unique',
    ]);
  });

  test.each([
    ['', '1:1: the file is empty'],
    ['# nothing but a comment\n', '1:1: the file is empty'],
    ['- url: x\n', "1:1: the file has to begin with 'targets:'"],
    ['target:\n  - url: x\n', "1:1: unknown field 'target'; did you mean 'targets'? allowed is targets"],
    ['targets:\n', '1:9: targets has to be a list'],
    ['targets: []\n', '1:10: targets is empty'],
    ['{}\n', '1:1: targets is missing'],
  ])('%p is refused', (text, problem) => {
    expect(problemsOf(text)[0]).toContain(`sites.yaml:${problem}`);
  });
});
