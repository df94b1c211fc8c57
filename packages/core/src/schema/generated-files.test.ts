import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { sectionNames } from '../configuration/field-names.ts';
import { parseConfiguration } from '../configuration/parse-configuration.ts';
import { configurationJsonSchema } from './configuration-json-schema.ts';
import { generatedFiles } from './generated-files.ts';
import { referencePage } from './reference-page.ts';

const valid = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
  configurationJsonSchema(),
);
const rules = { compilePattern: (pattern: string) => new RegExp(pattern) };

test.each(generatedFiles())('$path is what the schemas say: if not, run npx pnpm@12 generate', ({ path, text }) => {
  expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(text);
});

describe('the JSON Schema of a configuration file', () => {
  test('knows its sections', () => {
    const { properties } = configurationJsonSchema() as { properties: object };
    expect(Object.keys(properties)).toEqual([...sectionNames]);
  });

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: variables of the files.
  test.each([
    [
      'variables for numbers, words and truth values',
      'variables: {n: 3, t: true}\ntargets: [{url: "https://${h}/", redirects: {max: "${n}"}, reuse_connection: "${t}", http_version: "${v:-2}", every: "${e:-10s}", with: {h: a.example}}]',
    ],
    [
      'a target with a template and nothing else',
      'templates: {t: {url: "https://a.example/"}}\ntargets: [{template: t}]',
    ],
    [
      'templates in a list, and one target for each',
      'templates: {t: {url: "https://${x}/", every: 5s}, u: {timeout: 1s}}\ntargets: [{template: [t, u], for_each: [{x: a.example}, {x: b.example}]}]',
    ],
    [
      'null, which takes away',
      'defaults: {auth: {bearer: {env: EVERYTICK_SECRET_A}}, labels: {a: b}, expect: {status: 404}}\ntargets: [{url: "https://a.example/", auth: , labels: {a: }, expect: {status: }}]',
    ],
    [
      'parts of a mapping in several places',
      'defaults: {tls: {certificate: {cert: {file: a}}}}\ntargets: [{url: "https://a.example/", tls: {certificate: {key: {file: b}}}}]',
    ],
    [
      'groups, one of which says nothing',
      'groups: {a: , b: {paused: true}}\ntargets: [{url: "https://a.example/", group: b, paused: false}]',
    ],
    ['keys for anchors', 'x-common: &c {every: 5s}\nsource: shop\ntargets: [{url: "https://a.example/", match: a}]'],
    ['no targets', 'targets: []'],
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above.
  ])('allows %s', (_, text) => {
    parseConfiguration([{ path: 'a.yaml', text }], rules, {});
    expect([valid(parse(text)), valid.errors]).toEqual([true, null]);
  });

  test.each([
    ['a misspelt section', 'tragets: []'],
    ['a misspelt field in defaults', 'defaults: {evry: 5s}\ntargets: []'],
    ['a URL in defaults', 'defaults: {url: "https://a.example/"}\ntargets: []'],
    ['a group in a group', 'groups: {a: {group: b}}\ntargets: []'],
    ['a misspelt field in a template', 'templates: {a: {expect: {staus: 200}}}\ntargets: []'],
    ['a target that is a text', 'targets: [a]'],
    ['a target without a URL', 'targets: [{name: a}]'],
    ['a wrong word in a target', 'targets: [{url: "https://a.example/", http_version: 3}]'],
    ['a name of a variable that is none', 'variables: {a-b: 1}\ntargets: []'],
    ['a variable that is a list', 'variables: {a: [1]}\ntargets: []'],
    ['a name of a source that is none', 'source: My Shop\ntargets: []'],
    ['nothing to make targets for', 'targets: [{url: "https://a.example/", for_each: []}]'],
  ])('refuses %s, as we do', (_, text) => {
    expect(() => parseConfiguration([{ path: 'a.yaml', text }], rules, {})).toThrow('a.yaml');
    expect(valid(parse(text))).toBe(false);
  });
});

test('the reference page has examples that are right, and links that lead somewhere', () => {
  const page = referencePage();
  const examples = [...page.matchAll(/^```yaml\n([^#].*?)^```$/gms)].map(([, text = '']) => parse(text) as object);
  expect(examples.length).toBeGreaterThan(10);
  for (const example of examples) {
    const given = { targets: [{ url: 'https://a.example/', ...example }] };
    expect([example, valid(given), valid.errors]).toEqual([example, true, null]);
  }
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => {
    return heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 _-]/g, '')
      .replaceAll(' ', '-');
  });
  const links = [...page.matchAll(/\]\(#(.*?)\)/g)].map(([, link]) => link);
  expect(links.filter((link) => !headings.includes(String(link)))).toEqual([]);
});
