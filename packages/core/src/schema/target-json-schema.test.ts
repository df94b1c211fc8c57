import { writtenTarget } from '@everytick/testing/target-arbitrary';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import type { JsonSchema } from '../targets/described.ts';
import { targetSpecSchemaWith } from '../targets/target-spec.ts';
import { configurationJsonSchema } from './configuration-json-schema.ts';
import { targetJsonSchema } from './target-json-schema.ts';

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
const validTarget = ajv.compile(targetJsonSchema());
const validFile = ajv.compile(configurationJsonSchema());

const rules = { compilePattern: (pattern: string) => new RegExp(pattern) };
const zodSchema = targetSpecSchemaWith(rules);
const anyPattern = targetSpecSchemaWith({ compilePattern: () => undefined });

const url = 'https://a.example/';
const secret = { env: 'EVERYTICK_SECRET_SHOP' };

describe('the JSON Schema of a target', () => {
  /** Capitals, small letters and white space do not matter in many places, and numbers may stand for words. */
  const respelt = fc.constantFrom<(text: string) => string | number>(
    (text) => text.toUpperCase(),
    (text) => text.toLowerCase(),
    (text) => ` ${text}\t`,
    (text) => (text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)),
    (text) => `v${text}`,
    (text) => `TLS${text}`,
    (text) => text.replace('_', '-'),
  );
  const otherwiseWritten = fc.tuple(writtenTarget, fc.array(fc.tuple(fc.nat(), respelt), { maxLength: 4 }));

  test('allows all that is accepted', () => {
    let accepted = 0;
    const numRuns = Number(process.env['RUNS'] ?? 1_000);
    fc.assert(
      fc.property(otherwiseWritten, ([written, changes]) => {
        const given = changes.reduce(withOneText, JSON.parse(JSON.stringify(written)));
        if (!anyPattern.safeParse(given).success) return;
        accepted++;
        expect([validTarget(given), validTarget.errors]).toEqual([true, null]);
        expect([validFile({ targets: [given] }), validFile.errors]).toEqual([true, null]);
      }),
      { numRuns },
    );
    expect(accepted).toBeGreaterThan(numRuns / 6);
  });

  test.each<[string, object]>([
    ['no URL', { name: 'a' }],
    ['a misspelt field', { url, mathc: 'a' }],
    ['a field of the wrong type', { url, name: 3 }],
    ['a URL of another scheme', { url: 'ftp://a.example' }],
    ['a password in the URL', { url: 'https://me:secret@a.example' }],
    ['an interval that is none', { url, every: 'often' }],
    ['an interval that is too long', { url, every: 86_401 }],
    ['an empty name', { url, name: '  ' }],
    ['an empty list of locations', { url, locations: [] }],
    ['a location twice', { url, locations: ['a', 'a'] }],
    ['a name of a label that is none', { url, labels: { '1': 'a' } }],
    ['a label that is a list', { url, labels: { a: [] } }],
    ['a method for proxies', { url, method: 'connect' }],
    ['a header of the connection', { url, headers: { 'Content-Length': '3' } }],
    ['a secret header as it stands', { url, headers: { authorization: 'Bearer x' } }],
    ['a header that is a number', { url, headers: { a: 1 } }],
    ['a reference to two places', { url, method: 'POST', body: { env: 'A', file: 'a' } }],
    ['a misspelt reference', { url, method: 'POST', body: { evn: 'A' } }],
    ['two ways to say who asks', { url, auth: { bearer: secret, basic: { username: 'a', password: secret } } }],
    ['no way to say who asks', { url, auth: {} }],
    ['a token as it stands', { url, auth: { bearer: 'x' } }],
    ['a colon in the name of a user', { url, auth: { basic: { username: 'a:b', password: secret } } }],
    ['no password', { url, auth: { basic: { username: 'a' } } }],
    ['a certificate that is none', { url, tls: { ca: 'x' } }],
    ['a version of TLS that is none', { url, tls: { min_version: 1.4 } }],
    ['a misspelt option of TLS', { url, tls: { insecure: true } }],
    ['a version of HTTP that is none', { url, http_version: 3 }],
    ['a proxy with a password', { url, proxy: 'http://a:b@c' }],
    ['a proxy of another scheme', { url, proxy: 'https://c' }],
    ['a DNS server with a name', { url, dns: { server: 'dns.example' } }],
    ['a text for a truth value', { url, reuse_connection: 'yes' }],
    ['too many redirects', { url, redirects: { max: 21 } }],
    ['half a redirect', { url, redirects: { max: 1.5 } }],
    ['a status that is none', { url, expect: { status: '20O' } }],
    ['a status in a list that is none', { url, expect: { status: [200, 99] } }],
    ['no test of the body', { url, expect: { body: [{}] } }],
    ['two tests of a body in one', { url, expect: { body: [{ matches: 'a', not_matches: 'b' }] } }],
    ['a test of a header without one', { url, expect: { headers: [{ name: 'a' }] } }],
    ['a header that is not present', { url, expect: { headers: [{ name: 'a', present: false }] } }],
    ['two tests of a JSON value in one', { url, expect: { json: [{ path: '$', above: 1, below: 2 }] } }],
    ['a text to compare with', { url, expect: { json: [{ path: '$', above: '1' }] } }],
    ['too many tests', { url, expect: { body: Array(21).fill({ matches: 'a' }) } }],
    ['an unknown word', { url, expect: { tls: 'maybe' } }],
    ['a response time of nothing', { url, expect: { down_above: 0 } }],
  ])('refuses %s, as we do', (_, given) => {
    expect([zodSchema.safeParse(given).success, validTarget(given)]).toEqual([false, false]);
  });

  test('says of every field what it means and how it is written', () => {
    const silent: string[] = [];
    let fields = 0;
    const look = (schema: JsonSchema, path: string) => {
      for (const [name, field] of Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)) {
        fields++;
        const { description, default: _, examples, ...rest } = field;
        if (!/^[A-Z0-9].*\.$/s.test(String(description)) || Object.keys(rest).length === 0)
          silent.push(`${path}.${name}`);
        look((field['items'] ?? field) as JsonSchema, `${path}.${name}`);
      }
    };
    look(targetJsonSchema(), 'target');
    look(configurationJsonSchema(), 'file');
    expect(silent).toEqual([]);
    expect(fields).toBeGreaterThan(70);
  });

  test('has examples and defaults that are right', () => {
    const wrong: unknown[] = [];
    let looked = 0;
    const look = (schema: JsonSchema) => {
      for (const [name, field] of Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)) {
        const valid = ajv.compile({ ...field, $defs: targetJsonSchema()['$defs'] });
        const { examples = [], default: value } = field as { examples?: unknown[]; default?: unknown };
        for (const each of value === undefined ? examples : [...examples, value]) {
          looked++;
          if (!valid(each)) wrong.push([name, each]);
        }
        look((field['items'] ?? field) as JsonSchema);
      }
    };
    look(targetJsonSchema());
    expect(wrong).toEqual([]);
    expect(looked).toBeGreaterThan(50);
  });
});

/** The document with one of its texts written otherwise: keys stay. */
function withOneText(document: unknown, [position, write]: [number, (text: string) => unknown]): unknown {
  let texts = 0;
  JSON.stringify(document, (_, value) => {
    if (typeof value === 'string') texts++;
    return value;
  });
  const chosen = texts === 0 ? -1 : position % texts;
  let passed = 0;
  return JSON.parse(
    JSON.stringify(document, (_, value) => (typeof value === 'string' && passed++ === chosen ? write(value) : value)),
  );
}
