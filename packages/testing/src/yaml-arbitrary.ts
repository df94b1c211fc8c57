// Texts that look like YAML more or less, and configurations that look like right ones more or less.

import fc from 'fast-check';
import { stringify } from 'yaml';

const sectionNames = ['source', 'variables', 'defaults', 'groups', 'templates', 'targets'];
const targetFieldNames = [
  ...[
    'name',
    'url',
    'every',
    'timeout',
    'match',
    'locations',
    'group',
    'labels',
    'paused',
    'template',
    'with',
    'for_each',
  ],
  ...['method', 'headers', 'body', 'auth', 'tls', 'http_version', 'proxy', 'ip_family', 'dns', 'redirects', 'expect'],
];

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: in a configuration they are variables.

const words = fc.constantFrom(
  ...[
    'a',
    'b',
    'shop',
    'https://a.example/',
    'https://${host}/',
    '${host}',
    '${x:-y}',
    '$${x}',
    '10s',
    'null',
    '~',
    'true',
  ],
  ...[
    '200',
    '2xx',
    '1.5',
    '0x1f',
    '0o17',
    '.inf',
    '-.INF',
    '.nan',
    '1e3',
    '+1',
    '-1',
    '1.',
    '.5',
    '+.5e-3',
    '0b11',
    '1_000',
    '08',
    'e1',
  ],
  ...[
    '2026-01-01',
    '12:30:45',
    'yes',
    'No',
    '=',
    '<<',
    '-',
    '?',
    ':',
    '',
    ' ',
    '#x',
    'a # b',
    'a: b',
    'ü',
    '\u{1f600}',
    '__proto__',
    'constructor',
  ],
  ...sectionNames,
  ...targetFieldNames,
);

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above.

const tokens = fc.constantFrom(
  ...[
    '\n',
    '\n  ',
    '\n    ',
    '\n- ',
    '\n  - ',
    '\n\n',
    ' ',
    '  ',
    '\t',
    ': ',
    ':',
    '- ',
    ', ',
    ',',
    '? ',
    '#',
    ' # a\n',
  ],
  ...[
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '|\n',
    '>\n',
    '|-\n  ',
    '>2\n   ',
    '&a ',
    '*a',
    '*a ',
    '<<: *a',
    '!!str ',
    '!x ',
    '---\n',
    '\n...\n',
    '%YAML 1.2\n',
  ],
  ...['\\', '\\x41', '\\u00e9', '\\\n', '\r\n', '\r', '\ufeff', '\0', '\u0085', '\u2028', '@', '`', '%'],
);

/** Pieces of YAML in any order. */
export const yamlNoise = fc
  .array(fc.oneof(tokens, words, fc.string({ maxLength: 3, unit: 'binary' })), { maxLength: 40 })
  .map((pieces) => pieces.join(''));

const scalar = fc.oneof(
  words,
  fc.string({ maxLength: 8, unit: 'grapheme' }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);

export const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(words, tie('value'), { maxKeys: 4 }),
  ),
}));

/** Right ones, most of them. */
export const likelyConfiguration = fc.record({
  variables: fc.constant({ host: 'a.example', often: '10s' }),
  defaults: fc.record(
    { every: fc.constantFrom('30s', 60, `$\{often}`), labels: fc.constant({ team: 'a' }) },
    { requiredKeys: [] },
  ),
  groups: fc.constant({ shop: { timeout: '2s', headers: { accept: 'text/html' } } }),
  templates: fc.constant({ health: { url: `https://$\{host}/health`, expect: { status: [200, '4xx'] } } }),
  targets: fc.uniqueArray(
    fc.record(
      {
        name: fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme-ascii' }),
        url: fc.constantFrom('http://a.example', `https://$\{host}/x`),
        template: fc.constantFrom('health', ['health'], 'other'),
        group: fc.constantFrom('shop', 'blog', null),
        with: fc.constantFrom({ host: 'b.example' }, {}),
        headers: fc.dictionary(
          fc.constantFrom('x-a', 'x-b'),
          fc.constantFrom('1', null, { env: 'EVERYTICK_SECRET_A' }),
        ),
        paused: fc.constantFrom(true, false, null),
      },
      { requiredKeys: ['name', 'url'] },
    ),
    { maxLength: 4, selector: ({ name }) => name },
  ),
});

/** Keys as they should be, with anything below them. */
export const looseConfiguration = fc.record(
  {
    source: anything,
    variables: fc.oneof(anything, fc.dictionary(words, scalar, { maxKeys: 3 })),
    defaults: fc.oneof(anything, fc.dictionary(fc.constantFrom(...targetFieldNames), anything, { maxKeys: 4 })),
    groups: fc.oneof(
      anything,
      fc.dictionary(words, fc.dictionary(fc.constantFrom(...targetFieldNames), anything, { maxKeys: 3 }), {
        maxKeys: 2,
      }),
    ),
    templates: fc.oneof(
      anything,
      fc.dictionary(words, fc.dictionary(fc.constantFrom(...targetFieldNames), anything, { maxKeys: 3 }), {
        maxKeys: 2,
      }),
    ),
    targets: fc.oneof(
      anything,
      fc.array(fc.oneof(anything, fc.dictionary(fc.constantFrom(...targetFieldNames), anything, { maxKeys: 6 })), {
        maxLength: 4,
      }),
    ),
  },
  { requiredKeys: ['targets'] },
);

const style = fc.record({
  collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
  defaultStringType: fc.constantFrom(
    ...(['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const),
  ),
  indent: fc.constantFrom(1, 2, 3, 4),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 20, 80),
  // Equal values become aliases.
  aliasDuplicateObjects: fc.boolean(),
  blockQuote: fc.constantFrom(true, false, 'folded' as const, 'literal' as const),
});

/** YAML that is right as YAML, in many spellings. */
export const yamlOf = (value: fc.Arbitrary<unknown>) =>
  fc.tuple(value, style).map(([given, options]) => stringify(given, options));

/** The same with a few characters put in, taken out or doubled. */
export const damaged = (text: fc.Arbitrary<string>) =>
  fc
    .tuple(text, fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.oneof(tokens, words)), { minLength: 1, maxLength: 3 }))
    .map(([whole, damages]) =>
      damages.reduce((left, [position, length, put]) => {
        const at = position % (left.length + 1);
        return left.slice(0, at) + put + left.slice(at + length);
      }, whole),
    );
