import { Buffer } from 'node:buffer';
import { EverytickError, type FetchResult, type Target } from '@everytick/core';
import { respond, startWebServer } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import { UndiciFetcher } from '../fetch/undici-fetcher.ts';
import { evaluate } from './evaluate.ts';
import { compilePattern } from './pattern.ts';

function target(matchPattern: string | null): Target {
  return { id: 1, url: 'http://127.0.0.1/', timeoutMs: 1_000, matchPattern };
}

function result(changes: Partial<FetchResult> & { text?: string } = {}): FetchResult {
  const { text = 'All is well', ...others } = changes;
  return {
    startedAtMonotonicMs: 0,
    responseTimeUs: 1_000,
    phases: { dnsUs: null, connectUs: 1, tlsUs: null, firstByteUs: 1, downloadUs: 1 },
    httpStatus: 200,
    body: Buffer.from(text),
    bodyTruncated: false,
    error: null,
    ...others,
  };
}

describe('evaluate', () => {
  it.each([200, 204, 299])('takes a %i for up', (httpStatus) => {
    expect(evaluate(target(null), result({ httpStatus }))).toEqual({ outcome: 'up', matched: null, error: null });
  });

  it.each([199, 300, 302, 404, 503])('takes a %i for down', (httpStatus) => {
    expect(evaluate(target(null), result({ httpStatus }))).toEqual({
      outcome: 'down',
      matched: null,
      error: { code: 'status_unexpected', detail: `expected 200-299, got ${httpStatus}` },
    });
  });

  it('takes a failed fetch for down, whatever had come by then', () => {
    const error = { code: 'timeout_body', detail: 'too slow' } as const;
    expect(evaluate(target('well'), result({ error }))).toEqual({ outcome: 'down', matched: null, error });
  });

  it('looks for the pattern anywhere in the body', () => {
    expect(evaluate(target('is w'), result())).toEqual({ outcome: 'up', matched: true, error: null });
    expect(evaluate(target('^is'), result())).toEqual({
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

describe('compilePattern', () => {
  function reason(pattern: string): string {
    try {
      compilePattern(pattern);
    } catch (error) {
      expect(error).toBeInstanceOf(EverytickError);
      expect((error as EverytickError).code).toBe('target_invalid');
      return (error as EverytickError).message;
    }
    throw new Error(`${pattern} compiles`);
  }

  it.each(['(?=a)', '(?!a)', '(?<=a)b', 'x(?<!a)b'])('says that look-around is not supported (%s)', (pattern) => {
    expect(reason(pattern)).toMatch(/look-ahead and look-behind are not supported/);
  });

  it.each(['(a)\\1', '(?<n>a)\\k<n>', '(?P<n>a)(?P=n)'])(
    'says that back-references are not supported (%s)',
    (pattern) => {
      expect(reason(pattern)).toMatch(/back-references are not supported/);
    },
  );

  it.each(['(?>a)', 'a++'])('says that %s is not supported', (pattern) => {
    expect(reason(pattern)).toMatch(/atomic groups and possessive quantifiers are not supported/);
  });

  it.each([
    ['(', 'missing closing )'],
    ['[z-a]', 'invalid character class range'],
    ['a{2000}', 'invalid repeat count'],
    ['\\\\(?=', 'look-ahead'],
    ['[(?=](', 'missing closing )'],
  ])('says what is wrong with %s', (pattern, expected) => {
    expect(reason(pattern)).toContain(`does not compile: ${expected}`);
  });

  it('refuses a pattern that is far too large', () => {
    expect(reason('((a{0,10}b{0,10}){0,10}){0,10}')).toMatch(/too large/);
  });

  it('compiles a pattern once', () => {
    expect(compilePattern('a+b')).toBe(compilePattern('a+b'));
  });

  it('forgets the pattern that was not used for the longest', () => {
    const kept = compilePattern('kept');
    const forgotten = compilePattern('forgotten');
    for (let i = 0; i < 999; i += 1) {
      compilePattern(`p${i}`);
      compilePattern('kept');
    }
    expect(compilePattern('kept')).toBe(kept);
    expect(compilePattern('forgotten')).not.toBe(forgotten);
  });
});

describe('a pattern that makes other engines hang', () => {
  it('is matched at once, and another check is on time', async () => {
    const server = await startWebServer({ routes: { '/': respond({ body: 'ok', delayMs: 50 }) } });
    const fetcher = new UndiciFetcher();
    const other = fetcher.fetch({ ...target(null), url: server.url });
    const startedAt = performance.now();
    expect(evaluate(target('(a+)+$'), result({ text: `${'a'.repeat(30_000)}b` })).outcome).toBe('down');
    // V8 takes minutes.
    expect(performance.now() - startedAt).toBeLessThan(500);
    const { error, responseTimeUs } = await other;
    expect(error).toBeNull();
    expect(responseTimeUs).toBeLessThan(1_000_000);
    await fetcher.close();
  });

  it('is given a budget, beyond which only the beginning of the body counts', () => {
    let state = 1;
    const text = Array.from({ length: 1_048_576 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state & 64 ? 'a' : 'b';
    }).join('');
    const startedAt = performance.now();
    const { outcome, error } = evaluate(target('a[ab]{900}[^ab]'), result({ text }));
    // It took 12 s without the budget.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(outcome).toBe('down');
    expect(error?.detail).toMatch(/^the first 4,424 characters of the body/);
  });
});
