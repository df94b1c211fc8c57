import { expect, it } from '@jest/globals';
import { checkOptionsSchemaWith } from '../targets/check-options-schema.ts';
import { InternedOptions } from './interned-options.ts';

const text = (number: number) => JSON.stringify({ method: 'HEAD', headers: { number: String(number) } });

it('gives the same object for the same text, and another one for another text', () => {
  const options = new InternedOptions();
  const first = options.of(text(1));
  expect(first).toEqual({ options: { method: 'HEAD', headers: { number: '1' } }, problem: null });
  expect(options.of(text(1))).toBe(first);
  expect(options.of(text(2))).not.toBe(first);
});

it('forgets those that were asked for longest ago, when there are too many', () => {
  const options = new InternedOptions({ maxTexts: 3 });
  const [one, two, three] = [1, 2, 3].map((number) => options.of(text(number)));
  expect(options.of(text(1))).toBe(one);
  options.of(text(4));
  expect(options.size).toBe(3);
  expect(options.of(text(1))).toBe(one);
  expect(options.of(text(3))).toBe(three);
  expect(options.of(text(2))).toEqual(two);
  expect(options.of(text(2))).not.toBe(two);
});

it('keeps fewer of them where they are long, and hands out even one that is too long to be kept', () => {
  const options = new InternedOptions({ maxCharacters: 1_000 });
  const long = (number: number) => JSON.stringify({ method: 'PUT', body: String(number).repeat(400) });
  for (const number of [1, 2, 3, 4, 5]) options.of(long(number));
  expect(options.size).toBe(2);
  const tooLong = { method: 'PUT', body: 'x'.repeat(2_000) };
  expect(options.of(JSON.stringify(tooLong))).toEqual({ options: tooLong, problem: null });
  expect(options.size).toBe(0);
  expect(options.of(long(5))).toBe(options.of(long(5)));
});

it.each([
  ['{"ip_family":"zz"}', "ip_family: 'zz' is unknown"],
  ['{"tls":{"server_name":5}}', 'tls.server_name: is the number 5'],
  ['{"a_later_version":true}', "unknown field 'a_later_version'"],
  ['{"headers":{"a":null}}', 'headers'],
])('says what is wrong with %s', (document, problem) => {
  expect(new InternedOptions().of(document).problem).toContain(problem);
});

it('finds nothing wrong with what is stored of what users say', () => {
  const given = {
    method: 'post',
    headers: { 'X-A': { env: 'EVERYTICK_SECRET_A' } },
    body: 'x',
    auth: { bearer: { file: 'token' } },
    tls: { ca: { file: 'ca.pem' }, min_version: 1.2 },
    http_version: 'auto',
    proxy: 'socks5h://proxy.example:1080',
    ip_family: 6,
    dns: { server: '1.1.1.1', cache: true },
    reuse_connection: true,
    redirects: { follow: false },
    expect: { status: ['200-299', 404], body: [{ matches: 'a' }], json: [{ path: '$.a', above: 1 }], down_above: 2 },
  };
  const stored = checkOptionsSchemaWith({ compilePattern: () => undefined }).parse(given);
  expect(new InternedOptions().of(JSON.stringify(stored)).problem).toBeNull();
});
