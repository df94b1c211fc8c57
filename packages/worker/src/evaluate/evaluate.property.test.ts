// Whatever a site answers and a target expects: no secret gets into what is told about it, and no text is long.

import { Buffer } from 'node:buffer';
import { assertionKinds, checkErrorCodes, type Expectations, type FetchResult } from '@everytick/core';
import { fetchedOf } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evaluate } from './evaluate.ts';

const secret = fc.oneof(
  fc.string({ minLength: 4, maxLength: 40 }),
  fc.string({ unit: 'binary', minLength: 4, maxLength: 12 }),
  fc.constantFrom(
    '****',
    '****…',
    'p@ss word',
    'say "x"',
    'bytes',
    'expected',
    'status',
    'https',
    '200-299',
    'no TLS',
    '{"a":1}',
  ),
);

/** Made around the secrets, as by a server that echoes what it is sent. */
const textWith = (secrets: readonly string[]) =>
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...secrets),
        fc.string(),
        fc.constantFrom('\n', '{"a":"', '"}', 'x'.repeat(190), '<meta charset=euc-kr>'),
      ),
      {
        maxLength: 6,
      },
    )
    .map((parts) => parts.join(''));

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const scenario = fc.array(secret, { minLength: 1, maxLength: 3 }).chain((secrets) => {
  const text = textWith(secrets);
  const pattern = fc.oneof(
    fc.constantFrom('.', '.*', '(?s).+', '[a-z]{2}', 'x+'),
    text.map((found) => escaped(Array.from(found).slice(0, 50).join(''))),
  );
  const patterns = pattern.chain((source) => fc.constantFrom({ matches: source }, { not_matches: source }));
  const url = fc
    .tuple(text, text)
    .map(
      ([path, query]) =>
        `https://a.example/${encodeURI(path.toWellFormed())}?k=${encodeURIComponent(query.toWellFormed())}`,
    );
  const json = fc.record({
    a: text,
    b: fc.array(fc.oneof(text, fc.double(), fc.boolean())),
    c: fc.dictionary(text, text),
  });
  const expectations: fc.Arbitrary<Expectations> = fc.record(
    {
      status: fc.constantFrom(['200'], ['404', '5xx']),
      final_url: url,
      body: fc.array(patterns, { maxLength: 3 }),
      headers: fc.array(
        fc
          .tuple(
            fc.constantFrom('location', 'set-cookie', 'x-a'),
            fc.oneof(
              patterns,
              text.map((equals) => ({ equals })),
              fc.constant({ absent: true as const }),
            ),
          )
          .map(([name, test]) => ({ name, ...test })),
        { maxLength: 3 },
      ),
      json: fc.array(
        fc
          .tuple(
            fc.constantFrom('a', 'b[*]', '$..*', 'c.*', 'd'),
            fc.oneof(
              patterns,
              text.map((equals) => ({ equals })),
              fc.constant({ exists: false }),
            ),
          )
          .map(([path, test]) => ({ path, ...test })),
        { maxLength: 3 },
      ),
      body_size: fc.record({ min: fc.nat(100), max: fc.nat(100) }),
      degraded_above: fc.constant('1ms'),
      down_above: fc.constantFrom('1ms', '1h'),
      certificate_days: fc.nat(100),
      tls: fc.constantFrom('required', 'forbidden'),
    },
    { requiredKeys: [] },
  );
  const headers = fc.record(
    {
      location: fc.oneof(text, url),
      'set-cookie': fc.array(text, { maxLength: 3 }),
      'x-a': text,
      'content-type': fc.oneof(text, fc.constant('text/html; charset=utf-16')),
    },
    { requiredKeys: [] },
  );
  const result: fc.Arbitrary<FetchResult> = fc
    .record({
      httpStatus: fc.constantFrom(200, 204, 404, null),
      body: fc.oneof(
        text.map(Buffer.from),
        json.map((value) => Buffer.from(JSON.stringify(value))),
        fc.constant(null),
      ),
      bodyTruncated: fc.boolean(),
      headers: fc.oneof(headers, fc.constant(null)),
      finalUrl: fc.oneof(url, text),
      tls: fc.oneof(
        fc.constant(null),
        text.map((version) => ({ version, cipher: 'x', expiresAtMs: 0 })),
      ),
      error: fc.oneof(
        { weight: 4, arbitrary: fc.constant(null) },
        text.map((detail) => ({ code: 'http_invalid' as const, detail })),
      ),
    })
    .map((changes) => fetchedOf({ ...changes, secrets }));
  return fc.record({
    secrets: fc.constant(secrets),
    matchPattern: fc.oneof(fc.constant(null), pattern),
    expectations,
    result,
  });
});

describe('whatever comes', () => {
  it('is told without secrets, in short texts, by the closed list', () => {
    fc.assert(
      fc.property(scenario, ({ secrets, matchPattern, expectations, result }) => {
        const target = {
          id: 1,
          url: 'http://a.example/',
          timeoutMs: 1,
          matchPattern,
          options: { expect: expectations },
        };
        const { assertions, error, outcome } = evaluate(target, result, 0);
        const texts = [
          ...assertions.flatMap(({ expected, seen }) => [expected, seen]),
          ...(error ? [error.detail] : []),
        ];
        const told = texts.filter(
          (text) => text.length > 200 || /[\p{Cc}\p{Cs}]/u.test(text) || secrets.some((value) => text.includes(value)),
        );
        expect(told).toEqual([]);
        expect(outcome === 'up').toBe(error === null);
        if (error) expect(checkErrorCodes).toContain(error.code);
        const places = assertions.map(({ kind }) => assertionKinds.indexOf(kind));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        if (!result.error) expect(assertions.every(({ ok }) => ok)).toBe(error === null);
      }),
      { numRuns: 500 },
    );
  });
});
