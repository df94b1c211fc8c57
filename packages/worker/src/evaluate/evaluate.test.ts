import { Buffer } from 'node:buffer';
import type { AssertionKind, CheckOptions, Expectations, FetchResult, Target } from '@everytick/core';
import { cpuMsOf, fetchedOf, respond, startWebServer, testFetcher } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import { evaluate } from './evaluate.ts';

function target(matchPattern: string | null = null, options?: CheckOptions): Target {
  return { id: 1, url: 'http://127.0.0.1/', timeoutMs: 1_000, matchPattern, options };
}

function result(changes: Partial<FetchResult> & { text?: string } = {}): FetchResult {
  const { text = 'All is well', ...others } = changes;
  return fetchedOf({
    startedAtMonotonicMs: 0,
    responseTimeUs: 1_000,
    httpStatus: 200,
    headers: {},
    body: Buffer.from(text),
    finalUrl: 'http://127.0.0.1/',
    ...others,
  });
}

const nowMs = Date.UTC(2026, 0, 1);

function judge(expected: Expectations, changes: Parameters<typeof result>[0] = {}) {
  return evaluate(target(null, { expect: expected }), result(changes), nowMs);
}

/** The only assertion of a kind, with what it says where it is the reason. */
function only(kind: AssertionKind, expected: Expectations, changes: Parameters<typeof result>[0] = {}) {
  const { assertions, error, outcome } = judge(expected, changes);
  const found = assertions.filter((assertion) => assertion.kind === kind);
  expect(found).toHaveLength(1);
  return { ...found[0], outcome, code: error?.code, detail: error?.detail };
}

describe('evaluate', () => {
  it.each([200, 204, 299])('takes a %i for up', (httpStatus) => {
    expect(evaluate(target(), result({ httpStatus }))).toEqual({
      outcome: 'up',
      matched: null,
      assertions: [{ kind: 'status', expected: '200-299', seen: String(httpStatus), ok: true }],
      error: null,
    });
  });

  it.each([199, 300, 302, 404, 503])('takes a %i for down', (httpStatus) => {
    expect(evaluate(target(), result({ httpStatus }))).toEqual({
      outcome: 'down',
      matched: null,
      assertions: [{ kind: 'status', expected: '200-299', seen: String(httpStatus), ok: false }],
      error: { code: 'status_unexpected', detail: `expected 200-299, got ${httpStatus}` },
    });
  });

  it('takes a failed fetch for down, whatever had come by then', () => {
    const error = { code: 'timeout_body', detail: 'too slow' } as const;
    expect(evaluate(target('well'), result({ error }))).toEqual({
      outcome: 'down',
      matched: null,
      assertions: [],
      error,
    });
  });

  it('looks for the pattern anywhere in the body', () => {
    expect(evaluate(target('is w'), result())).toMatchObject({ outcome: 'up', matched: true, error: null });
    expect(evaluate(target('^is'), result())).toMatchObject({
      outcome: 'down',
      matched: false,
      error: { code: 'body_mismatch', detail: 'the body (11 bytes) does not match /^is/' },
    });
  });

  it('reports an unexpected status before a mismatch', () => {
    const { error, matched } = evaluate(target('missing'), result({ httpStatus: 500 }));
    expect([error?.code, matched]).toEqual(['status_unexpected', false]);
  });

  it('says so if only the beginning of the body was looked at', () => {
    const text = 'x'.repeat(12_345);
    expect(evaluate(target('y'), result({ text, bodyTruncated: true })).error?.detail).toBe(
      'the first 12,345 bytes of the body, all that was read of it, do not match /y/',
    );
    expect(evaluate(target('y'), result({ text })).error?.detail).toBe('the body (12,345 bytes) does not match /y/');
  });

  it('keeps the detail short however long the pattern is', () => {
    const detail = evaluate(target('a'.repeat(1_500)), result({ bodyTruncated: true })).error?.detail;
    expect(detail?.length).toBeLessThanOrEqual(200);
  });

  it('reads the body as UTF-8, without its byte order mark', () => {
    expect(evaluate(target('^Grüße$'), result({ text: '\uFEFFGrüße' })).outcome).toBe('up');
    const latin1 = result({ body: Buffer.from('Grüße', 'latin1') });
    expect(evaluate(target('^Gr.+e$'), latin1).outcome).toBe('up');
  });
});

describe('the status', () => {
  it.each<[string[], number, boolean]>([
    [['404'], 404, true],
    [['404'], 200, false],
    [['200-299', '401'], 401, true],
    [['3xx'], 302, true],
    [['3XX'], 400, false],
  ])('is one of %j, given %i: %s', (status, httpStatus, ok) => {
    expect(only('status', { status }, { httpStatus }).ok).toBe(ok);
  });

  it('is refused where it is none', () => {
    expect(() => judge({ status: ['2x'] })).toThrow(/the status "2x" is none of 200, 200-299 and 2xx/);
  });
});

describe('the final URL', () => {
  it.each([
    ['https://example.org', 'https://example.org/'],
    ['https://EXAMPLE.org:443/a/../b', 'https://example.org/b#part'],
    ['https://example.org/#top', 'https://user:password@example.org/'],
  ])('%s is %s', (final_url, finalUrl) => {
    expect(only('final_url', { final_url }, { finalUrl }).ok).toBe(true);
  });

  it('is shown without its secrets', () => {
    expect(
      only('final_url', { final_url: 'https://a.example/in' }, { finalUrl: 'https://u:p@a.example/x?key=k' }),
    ).toEqual({
      kind: 'final_url',
      expected: 'https://a.example/in',
      seen: 'https://a.example/x?key=***',
      ok: false,
      outcome: 'down',
      code: 'final_url_unexpected',
      detail: 'expected to end at https://a.example/in, ended at https://a.example/x?key=***',
    });
  });

  it('says so where what differs is not shown', () => {
    const final_url = 'https://a.example/?q=1';
    expect(only('final_url', { final_url }, { finalUrl: 'https://a.example/?q=2' })).toMatchObject({
      expected: 'https://a.example/?q=***',
      seen: 'https://a.example/?q=*** (a part that is not shown differs)',
      ok: false,
    });
  });
});

const secured = (expiresAtMs: number | null) => ({ version: 'TLSv1.3', cipher: 'x', expiresAtMs });
const inDays = (days: number) => nowMs + days * 86_400_000;

describe('TLS', () => {
  it('may be required', () => {
    expect(only('tls', { tls: 'required' }, { tls: secured(null) })).toMatchObject({ seen: 'TLSv1.3', ok: true });
    expect(only('tls', { tls: 'required' })).toMatchObject({
      expected: 'TLS',
      seen: 'no TLS',
      ok: false,
      code: 'tls_missing',
    });
  });

  it('may be forbidden', () => {
    expect(only('tls', { tls: 'forbidden' })).toMatchObject({ seen: 'no TLS', ok: true });
    expect(only('tls', { tls: 'forbidden' }, { tls: secured(null) })).toMatchObject({
      expected: 'no TLS',
      seen: 'TLSv1.3',
      code: 'tls_present',
      detail: 'the response came over TLS (TLSv1.3)',
    });
  });
});

describe('the days of a certificate', () => {
  it.each([
    [14, 'one that expires at 2026-01-15 00:00 UTC, in 14 days', true],
    [13.999, 'one that expires at 2026-01-14 23:58 UTC, in 13.9 days', false],
    [-1, 'one that expires at 2025-12-31 00:00 UTC, in -1 days', false],
  ])('%d are %s: %s', (days, seen, ok) => {
    const found = only('certificate_days', { certificate_days: 14 }, { tls: secured(inDays(days)) });
    expect(found).toMatchObject({ expected: 'valid for at least 14 more days', seen, ok });
    if (!ok) expect(found.code).toBe('certificate_expiring');
  });

  it('are not there without a certificate', () => {
    expect(only('certificate_days', { certificate_days: 0 })).toMatchObject({ seen: 'no TLS', code: 'tls_missing' });
    expect(only('certificate_days', { certificate_days: 0 }, { tls: secured(null) })).toMatchObject({
      seen: 'no certificate that could be read',
      code: 'certificate_expiring',
    });
  });
});

describe('a header', () => {
  const headers = { server: 'nginx', 'x-role': ['primary', 'spare'], 'set-cookie': ['sid=abcdef; Path=/'] };

  it.each<[NonNullable<Expectations['headers']>[number], string, boolean]>([
    [{ name: 'Server', equals: 'nginx' }, '"nginx"', true],
    [{ name: 'server', equals: 'NGINX' }, '"nginx"', false],
    [{ name: 'server', matches: '^ngi' }, '"nginx"', true],
    [{ name: 'server', not_matches: 'apache' }, '"nginx"', true],
    [{ name: 'server', not_matches: 'nginx' }, '"nginx"', false],
    [{ name: 'server', present: true }, '"nginx"', true],
    [{ name: 'server', absent: true }, '"nginx"', false],
    [{ name: 'via', present: true }, 'no such header', false],
    [{ name: 'via', absent: true }, 'no such header', true],
    [{ name: 'via', equals: '' }, 'no such header', false],
    [{ name: 'via', matches: '' }, 'no such header', false],
    [{ name: 'via', not_matches: '' }, 'no such header', true],
    [{ name: 'toString', present: true }, 'no such header', false],
    [{ name: 'x-role', equals: 'spare' }, '"primary", "spare"', true],
    [{ name: 'x-role', matches: '^p' }, '"primary", "spare"', true],
    [{ name: 'x-role', not_matches: '^s' }, '"primary", "spare"', false],
    [{ name: 'set-cookie', matches: 'abcdef' }, 'sid=***; Path=/', true],
  ])('passes or fails %j, seen as %s: %s', (header, seen, ok) => {
    expect(only('header', { headers: [header] }, { headers })).toMatchObject({ seen, ok });
  });

  it('is named with what was expected of it', () => {
    expect(only('header', { headers: [{ name: 'Server', matches: '^apache' }] }, { headers })).toMatchObject({
      expected: 'server matches /^apache/',
      code: 'header_mismatch',
      detail: 'expected that the header server matches /^apache/, got "nginx"',
    });
  });

  it('that redirects is shown as a URL, without its secrets', () => {
    const found = only(
      'header',
      { headers: [{ name: 'location', absent: true }] },
      { headers: { location: '/a?token=t' } },
    );
    expect(found.seen).toBe('http://127.0.0.1/a?token=***');
  });
});

describe('the body', () => {
  it('is searched for several patterns, of which each is named', () => {
    const { assertions, outcome, error, matched } = evaluate(
      target('well', { expect: { body: [{ matches: 'All' }, { not_matches: 'is .*l' }, { matches: 'ill' }] } }),
      result(),
    );
    expect([outcome, matched]).toEqual(['down', true]);
    expect(assertions.slice(1)).toEqual([
      { kind: 'body', expected: 'matches /well/', seen: 'a match in 11 bytes', ok: true },
      { kind: 'body', expected: 'matches /All/', seen: 'a match in 11 bytes', ok: true },
      { kind: 'body', expected: 'does not match /is .*l/', seen: '"is well" in 11 bytes', ok: false },
      { kind: 'body', expected: 'matches /ill/', seen: 'no match in 11 bytes', ok: false },
    ]);
    expect(error).toEqual({
      code: 'body_mismatch',
      detail: 'expected that the body does not match /is .*l/, found "is well" in 11 bytes',
    });
  });

  it('of a response without one is the empty text', () => {
    for (const httpStatus of [200, 204]) {
      const none = { httpStatus, body: Buffer.alloc(0) };
      expect(only('body', { body: [{ matches: '^$' }] }, none)).toMatchObject({ seen: 'a match in 0 bytes', ok: true });
      expect(only('body', { body: [{ not_matches: 'x' }] }, none).ok).toBe(true);
      expect(only('body', { body: [{ matches: 'x' }] }, none).code).toBe('body_mismatch');
    }
  });

  it('is decoded as its Content-Type says', () => {
    const russian = { body: Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]) };
    const headers = { 'content-type': 'text/html; charset=windows-1251' };
    expect(only('body', { body: [{ matches: '^Привет$' }] }, { ...russian, headers }).ok).toBe(true);
    expect(only('body', { body: [{ matches: '^Привет$' }] }, russian).ok).toBe(false);
  });

  it('shows what it should not have in one short line', () => {
    const text = `x ERROR:\n\u202E${'y'.repeat(300)}`;
    const { seen } = only('body', { body: [{ not_matches: '(?s)ERROR.*' }] }, { text });
    expect(seen).toBe(`"ERROR:␊\uFFFD${'y'.repeat(71)}…" in 312 bytes`);
  });
});

describe('the size of the body', () => {
  it.each<[{ min?: number; max?: number }, number, boolean, string, boolean]>([
    [{ min: 10 }, 10, false, '10 bytes', true],
    [{ min: 10 }, 9, false, '9 bytes', false],
    [{ max: 10 }, 10, false, '10 bytes', true],
    [{ max: 10 }, 11, false, '11 bytes', false],
    [{ min: 1, max: 2_000 }, 1_500, false, '1,500 bytes', true],
    [{ max: 10 }, 10, true, 'at least 11 bytes', false],
    [{ max: 20 }, 10, true, 'at least 11 bytes', true],
    [{ min: 11 }, 10, true, 'at least 11 bytes', true],
    [{ min: 20 }, 10, true, 'at least 11 bytes', true],
  ])('%j: %i bytes, cut: %s, seen as %s: %s', (body_size, bytes, bodyTruncated, seen, ok) => {
    const found = only('body_size', { body_size }, { body: Buffer.alloc(bytes), bodyTruncated });
    expect(found).toMatchObject({ seen, ok });
    if (!ok) expect(found.code).toBe('body_size');
  });
});

describe('JSON', () => {
  const text = JSON.stringify({
    status: 'ok',
    count: 3,
    none: null,
    on: true,
    items: [{ name: 'a', price: 5 }, { name: 'b', price: 15 }, { name: 'c' }, { price: '20' }],
  });

  it.each<[NonNullable<Expectations['json']>[number], string, boolean]>([
    [{ path: '$.status', equals: 'ok' }, '"ok"', true],
    [{ path: 'status', equals: 'OK' }, '"ok"', false],
    [{ path: 'status', not_equals: 'OK' }, '"ok"', true],
    [{ path: 'count', equals: 3 }, '3', true],
    [{ path: 'count', equals: '3' }, '3', false],
    [{ path: 'count', above: 2 }, '3', true],
    [{ path: 'count', above: 3 }, '3', false],
    [{ path: 'count', at_least: 3 }, '3', true],
    [{ path: 'count', below: 3 }, '3', false],
    [{ path: 'count', at_most: 3 }, '3', true],
    [{ path: 'count', matches: '^3$' }, '3', true],
    [{ path: 'none', equals: null }, 'null', true],
    [{ path: 'on', equals: true }, 'true', true],
    [{ path: 'on', matches: 'true' }, 'true', false],
    [{ path: 'missing', exists: true }, 'nothing', false],
    [{ path: 'missing', exists: false }, 'nothing', true],
    [{ path: 'missing', not_equals: 1 }, 'nothing', false],
    [{ path: 'none', exists: true }, 'null', true],
    [{ path: 'items', exists: false }, 'an array of 4', false],
    [{ path: 'items[0]', equals: 'a' }, 'an object', false],
    [{ path: 'items[*].price', above: 10 }, '5, 15, "20"', true],
    [{ path: 'items[*].price', above: 15 }, '5, 15, "20"', false],
    [{ path: 'items[?@.price > 10].name', equals: 'b' }, '"b"', true],
    [{ path: '$..name', matches: '^c$' }, '"a", "b", "c"', true],
    [{ path: '$..name', not_matches: '^[ab]$' }, '"a", "b", "c"', true],
    [{ path: '$..*', equals: 15 }, '"ok", 3, null and 12 more', true],
    [{ path: '__proto__', exists: false }, 'nothing', true],
  ])('passes or fails %j, seen as %s: %s', (json, seen, ok) => {
    const found = only('json', { json: [json] }, { text });
    expect(found).toMatchObject({ seen, ok });
    if (!ok) expect(found.code).toBe('json_mismatch');
  });

  it('is named with what was expected of it', () => {
    expect(only('json', { json: [{ path: 'status', equals: 'fine' }] }, { text })).toMatchObject({
      expected: '$.status is "fine"',
      detail: 'expected that $.status is "fine", got "ok"',
    });
  });

  it.each([
    ['<html>secret</html>', /^not JSON: Unexpected token '<'$/],
    ['', /^not JSON: Unexpected end of JSON input$/],
    ['{"a":1', /^not JSON: Expected/],
  ])('that is broken is named so: %j', (broken, seen) => {
    expect(only('json', { json: [{ path: 'a', exists: false }] }, { text: broken })).toMatchObject({
      seen: expect.stringMatching(seen),
      ok: false,
    });
  });

  it('that was not read to its end says so', () => {
    const cut = { text: '{"a":1', bodyTruncated: true };
    expect(only('json', { json: [{ path: 'a', equals: 1 }] }, cut).seen).toMatch(
      /\(the first 6 bytes, all that was read\)$/,
    );
  });
});

describe('the response time', () => {
  const limits = { degraded_above: '500ms', down_above: '2s' };

  it.each([
    [500_000, 'up', undefined],
    [500_001, 'degraded', 'slow'],
    [2_000_000, 'degraded', 'slow'],
    [2_000_001, 'down', 'too_slow'],
  ])('of %i us makes it %s', (responseTimeUs, outcome, code) => {
    const evaluation = judge(limits, { responseTimeUs });
    expect([evaluation.outcome, evaluation.error?.code]).toEqual([outcome, code]);
  });

  it('is named in both kinds', () => {
    const { assertions, error } = judge(limits, { responseTimeUs: 2_345_678 });
    expect(assertions.slice(1)).toEqual([
      { kind: 'down_above', expected: 'at most 2s', seen: '2345.678 ms', ok: false },
      { kind: 'degraded_above', expected: 'at most 500ms', seen: '2345.678 ms', ok: false },
    ]);
    expect(error?.detail).toBe('expected a response within 2s, it took 2345.678 ms');
  });

  it('does not make degraded what is down for another reason', () => {
    const evaluation = judge({ ...limits, status: ['404'] }, { responseTimeUs: 1_000_000 });
    expect([evaluation.outcome, evaluation.error?.code]).toEqual(['down', 'status_unexpected']);
  });
});

describe('several expectations', () => {
  it('are asserted in the order of their kinds, and the first that fails is the reason', () => {
    const { assertions, error } = evaluate(
      target('nowhere', {
        expect: {
          degraded_above: '1ms',
          json: [{ path: 'a', exists: true }],
          body: [{ matches: 'nowhere' }],
          headers: [{ name: 'a', present: true }],
          tls: 'required',
          certificate_days: 1,
          down_above: '1ms',
          body_size: { min: 100 },
          final_url: 'https://b.example/',
          status: ['404'],
        },
      }),
      result({ responseTimeUs: 2_000 }),
    );
    expect(assertions.map(({ kind }) => kind)).toEqual([
      'status',
      'final_url',
      'tls',
      'certificate_days',
      'header',
      'body',
      'body',
      'body_size',
      'json',
      'down_above',
      'degraded_above',
    ]);
    expect(assertions.every(({ ok }) => !ok)).toBe(true);
    expect(error?.code).toBe('status_unexpected');
  });

  it('are compiled once for as long as the options are the same object', () => {
    const options = { expect: { json: [{ path: '$.a', exists: true as const }] } };
    evaluate(target(null, options), result());
    options.expect.json = [];
    expect(evaluate(target(null, options), result()).assertions).toHaveLength(2);
    expect(evaluate(target(null, { ...options }), result()).assertions).toHaveLength(1);
  });
});

describe('a pattern that makes other engines hang', () => {
  it('is matched at once, and another check is on time', async () => {
    const server = await startWebServer({ routes: { '/': respond({ body: 'ok', delayMs: 50 }) } });
    const fetcher = testFetcher();
    const other = fetcher.fetch({ ...target(), url: server.url });
    const hostile = result({ text: `${'a'.repeat(30_000)}b` });
    // V8 takes minutes.
    expect(cpuMsOf(() => expect(evaluate(target('(a+)+$'), hostile).outcome).toBe('down'))).toBeLessThan(500);
    const { error, responseTimeUs } = await other;
    expect(error).toBeNull();
    expect(responseTimeUs).toBeLessThan(1_000_000);
  });

  const noise = (length: number) => {
    let state = 1;
    return Array.from({ length }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state & 64 ? 'a' : 'b';
    }).join('');
  };

  it('is given a budget, beyond which only the beginning of the body counts', () => {
    const text = noise(1_048_576);
    const hostile = result({ text });
    // It took 12 s without the budget.
    expect(cpuMsOf(() => evaluate(target('a[ab]{900}[^ab]'), hostile))).toBeLessThan(2_000);
    const { outcome, error } = evaluate(target('a[ab]{900}[^ab]'), hostile);
    expect(outcome).toBe('down');
    expect(error?.detail).toMatch(/^the first 4,423 characters of the body/);
  });

  it('takes nothing from those that cost little, also where these are new to the process', () => {
    const text = `${noise(1_000_000)}<title>Welcome</title> fatal error 42`;
    const costly = { not_matches: 'a[ab]{301}[^ab]' };
    const verdicts = () =>
      judge(
        { body: [costly, { matches: '[Ww]elcome|[Hh]allo' }, { not_matches: '[Ff]atal.[Ee]rror|\\d\\d' }] },
        { text },
      )
        .assertions.map(({ kind, ok }) => (kind === 'body' ? ok : null))
        .filter((ok) => ok !== null);
    expect(verdicts()).toEqual([false, true, false]);
    expect(verdicts()).toEqual([false, true, false]);
  });

  it('that must not match passes on no text that it has not looked at', () => {
    const text = noise(1_000_000);
    const { outcome, error } = judge({ body: [{ not_matches: 'a[ab]{303}[^ab]' }] }, { text });
    expect(outcome).toBe('down');
    expect(error?.detail).toMatch(
      /found no match in the first [\d,]+ characters, all that so costly a pattern may look at$/,
    );
    const headers = { 'x-a': noise(60_000) };
    expect(judge({ headers: [{ name: 'x-a', not_matches: 'a[ab]{304}[^ab]' }] }, { headers }).outcome).toBe('down');
  });

  it('does not take the place where the text was cut for its end', () => {
    const text = `${noise(1_000_000)}</html>`;
    expect(judge({ body: [{ matches: 'a[ab]{302}$' }] }, { text }).outcome).toBe('down');
    expect(judge({ body: [{ matches: 'a[ab]{302}' }] }, { text }).outcome).toBe('up');
  });

  it('looks at a text of a JSON document once more only as long as there is time', () => {
    const text = JSON.stringify({ a: { a: { a: 'x'.repeat(1_000_000) } } });
    const names = `[${Array(80).fill("'a'").join()}]`;
    const json = [{ path: `$${names.repeat(3)}`, matches: '\\d{3}' }];
    let seen: string | undefined;
    const cpuMs = cpuMsOf(() => {
      seen = judge({ json }, { text }).assertions.find(({ kind }) => kind === 'json')?.seen;
    });
    // An hour without a bound.
    expect(cpuMs).toBeLessThan(2_000);
    expect(seen).toMatch(/takes too long to look through$/);
  });

  it('shares that budget with all others of its check', () => {
    const text = 'ab'.repeat(200_000);
    const body = Array.from({ length: 20 }, (_, i) => ({ matches: `a[ab]{${900 - i}}[^ab]` }));
    const headers = [{ name: 'x-a', not_matches: 'a[ab]{850}[^ab]' }];
    const hostile = { text, headers: { 'x-a': Array.from({ length: 100 }, () => text.slice(0, 2_000)) } };
    let outcome: string | undefined;
    const cpuMs = cpuMsOf(() => {
      outcome = judge({ body, headers }, hostile).outcome;
    });
    expect(cpuMs).toBeLessThan(3_000);
    expect(outcome).toBe('down');
  });
});
