// What a condition means to Gatus, by its documentation, and what Everytick makes of the target that it became.

import { Buffer } from 'node:buffer';
import { targetSpecSchemaWith } from '@everytick/core';
import { fetchedOf } from '@everytick/testing';
import { evaluate } from '@everytick/worker';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { targetRules } from '../../commands/target-rules.ts';
import { finishImport } from '../finish-import.ts';
import { globPattern } from './glob.ts';
import { goDurationMs, goInteger } from './go-values.ts';
import { importGatus } from './import-gatus.ts';
import { parseGatusYaml } from './read-gatus.ts';

function importOf(...conditions: string[]) {
  const endpoints = [
    { name: 'it', url: 'https://a.example/', interval: '10m', client: { timeout: '30s' }, conditions },
  ];
  return finishImport(
    importGatus(parseGatusYaml(JSON.stringify({ endpoints }).replaceAll('$', '$$$$'), 'config.yaml')),
  );
}

interface Response {
  readonly status?: number;
  readonly body?: string;
  readonly ms?: number;
  /** Hours until the certificate expires. */
  readonly certificateH?: number;
}

const nowMs = Date.UTC(2026, 0, 1);

function everytickSays(conditions: readonly string[], response: Response): boolean {
  const [target] = importOf(...conditions).targets;
  const spec = targetSpecSchemaWith(targetRules).parse(target?.document);
  const { status = 200, body = '', ms = 10, certificateH = 2_000 } = response;
  const expiresAtMs = nowMs + certificateH * 3_600_000;
  const tls = { version: 'TLSv1.3', cipher: 'any', expiresAtMs } as never;
  const result = fetchedOf({
    httpStatus: status,
    headers: { 'content-type': 'text/plain' },
    body: Buffer.from(body),
    responseTimeUs: ms * 1_000,
    tls,
  });
  const { url, timeoutMs, matchPattern, options } = spec;
  return evaluate({ id: 1, url, timeoutMs, matchPattern, options }, result, nowMs).outcome === 'up';
}

const john = '{"name":"john.doe"}';
const users = '{"users":[],"user":{"name":"john"},"data":[{"id":1},{"id":2}],"age":1,"id":1,"ok":true,"nothing":null}';

/** Condition, response, verdict. */
const verdicts: [string, Response, boolean][] = [
  ['[STATUS] == 200', {}, true],
  ['[STATUS] == 200', { status: 201 }, false],
  ['[STATUS] == 0xC8', {}, true],
  ['200 == [STATUS]', {}, true],
  ['[STATUS] != 500', { status: 404 }, true],
  ['[STATUS] != 500', { status: 500 }, false],
  ['[STATUS] < 300', { status: 299 }, true],
  ['[STATUS] < 300', { status: 301 }, false],
  ['300 > [STATUS]', { status: 301 }, false],
  ['[STATUS] <= 299', { status: 299 }, true],
  ['[STATUS] > 400', { status: 401 }, true],
  ['[STATUS] > 400', { status: 400 }, false],
  ['[STATUS] >= 400', { status: 400 }, true],
  ['[STATUS] == any(200, 429)', { status: 429 }, true],
  ['[STATUS] == any(200, 429)', { status: 201 }, false],
  ['[STATUS] != any(200, 429)', { status: 429 }, false],
  ['[STATUS] == pat(2*)', { status: 226 }, true],
  ['[STATUS] == pat(2*)', { status: 302 }, false],
  ['[status] == 200', { status: 302 }, false],
  ['[CONNECTED] == true', { status: 500 }, true],
  ['[RESPONSE_TIME] < 500', { ms: 499 }, true],
  ['[RESPONSE_TIME] < 500', { ms: 501 }, false],
  ['[RESPONSE_TIME] <= 500', { ms: 500 }, true],
  ['[RESPONSE_TIME] <= 500', { ms: 502 }, false],
  ['[RESPONSE_TIME] < 1s', { ms: 1_001 }, false],
  ['[RESPONSE_TIME] < 1s', { ms: 999 }, true],
  ['[CERTIFICATE_EXPIRATION] > 48h', { certificateH: 49 }, true],
  ['[CERTIFICATE_EXPIRATION] > 48h', { certificateH: 24 }, false],
  ['[CERTIFICATE_EXPIRATION] >= 172800000', { certificateH: 47 }, false],
  ['[BODY] == 1', { body: '1\n' }, true],
  ['[BODY] == 1', { body: '{}' }, false],
  ['[BODY] == 1', { body: '11' }, false],
  ['[BODY] == pong', { body: '  pong\r\n' }, true],
  ['[BODY] == pong', { body: 'ping pong' }, false],
  ['[BODY] != pong', { body: 'ping pong' }, true],
  ['[BODY] != pong', { body: 'pong' }, false],
  ['[BODY] == any(pong, ok (really))', { body: 'ok (really)' }, true],
  ['[BODY] == any(pong, ok)', { body: 'o.k' }, false],
  ['[BODY] == pat(*<h1>Example</h1>*)', { body: '<body>\n<h1>Example</h1>\n</body>' }, true],
  ['[BODY] == pat(*<h1>Example</h1>*)', { body: '<h1>example</h1>' }, false],
  ['[BODY] == pat(Hello*)', { body: 'Hello\nWorld' }, true],
  ['[BODY] == pat(Hello*)', { body: 'Oh, Hello' }, false],
  ['[BODY] == pat(*.example.org)', { body: 'wwwxexample.org' }, false],
  ['[BODY] == pat(v?.[0-9])', { body: 'v1.7' }, true],
  ['[BODY] == pat(v?.[^0-9])', { body: 'v1.7' }, false],
  ['[BODY] == pat(ok)', { body: 'not ok' }, false],
  ['[BODY] == pat(*)', { body: '' }, true],
  ['[BODY] != pat(*error*)', { body: 'an error' }, false],
  ['[BODY] != pat(*error*)', { body: 'fine' }, true],
  ['has([BODY]) == true', { body: ' \n' }, false],
  ['has([BODY]) == true', { body: 'x' }, true],
  ['has([BODY]) == false', { body: '' }, true],
  ['[BODY].name == john.doe', { body: john }, true],
  ['[BODY].name == johnxdoe', { body: john }, false],
  ['john.doe == [BODY].name', { body: john }, true],
  ['[BODY].user.name == john', { body: users }, true],
  ['[BODY].user.name == john', { body: '{"user":{"name":"bob"}}' }, false],
  ['[BODY].user.name == john', { body: 'not json' }, false],
  ['[BODY].data[0].id == 1', { body: users }, true],
  ['[BODY].data[1].id == 1', { body: users }, false],
  ['[BODY].data[7].id == 1', { body: users }, false],
  ['[BODY][0].id == 1', { body: '[{"id":1}]' }, true],
  ['[BODY].id == 1', { body: '{"id":"1"}' }, true],
  ['[BODY].id == 1', { body: '{"id":11}' }, false],
  ['[BODY].id == 1.5', { body: '{"id":1.5}' }, true],
  ['[BODY].id == 1.5', { body: '{"id":"1x5"}' }, false],
  ['[BODY].first-name == ann', { body: '{"first-name":"ann"}' }, true],
  ["[BODY].it's == ann", { body: '{"it\'s":"ann"}' }, true],
  ['[BODY].ok == true', { body: users }, true],
  ['[BODY].ok == false', { body: users }, false],
  ['[BODY].ok == any(true, yes)', { body: '{"ok":"yes"}' }, true],
  ['[BODY].ok == any(true, yes)', { body: users }, true],
  ['[BODY].id == any(1, 2)', { body: '{"id":2}' }, true],
  ['[BODY].id == any(1, 2)', { body: '{"id":12}' }, false],
  ['[BODY].name != john', { body: john }, true],
  ['[BODY].name != john.doe', { body: john }, false],
  ['[BODY].error != fatal', { body: john }, true],
  ['[BODY].error != fatal', { body: '{"error":"fatal"}' }, false],
  ['[BODY].id != 1', { body: '{"id":"1"}' }, false],
  ['[BODY].id != 1', { body: '{"id":1}' }, false],
  ['[BODY].id != any(1, 2)', { body: '{"id":2}' }, false],
  ['[BODY].id != any(1, 2)', { body: '{"id":3}' }, true],
  ["[BODY].quote != it's", { body: '{"quote":"it\'s"}' }, false],
  ['[BODY].name == pat(john*)', { body: john }, true],
  ['[BODY].name == pat(john*)', { body: '{"name":"bob"}' }, false],
  ['[BODY].name == pat(*doe)', { body: '{"name":"john.doe jr"}' }, false],
  ['[BODY].name != pat(john*)', { body: john }, false],
  ['[BODY].age == [BODY].id', { body: users }, true],
  ['[BODY].age == [BODY].id', { body: '{"age":1,"id":2}' }, false],
  ['[BODY].age == [BODY].id', { body: '{"a":1}' }, false],
  ['[BODY].age != [BODY].id', { body: '{"age":1,"id":2}' }, true],
  ['[BODY].age > 0', { body: users }, true],
  ['[BODY].age > 1', { body: users }, false],
  ['[BODY].age >= 1', { body: users }, true],
  ['[BODY].age < 2', { body: users }, true],
  ['[BODY].age <= 0', { body: users }, false],
  ['5 < [BODY].age', { body: '{"age":6}' }, true],
  ['len([BODY].data) < 5', { body: users }, true],
  ['len([BODY].data) == 1', { body: users }, false],
  ['len([BODY].data) != 1', { body: users }, true],
  ['len([BODY].data) >= 2', { body: users }, true],
  ['len([BODY].name) == 8', { body: john }, true],
  ['len([BODY].name) == 8', { body: '{"name":"bob"}' }, false],
  ['has([BODY].errors) == false', { body: john }, true],
  ['has([BODY].errors) == false', { body: '{"errors":[]}' }, false],
  ['has([BODY].users) == true', { body: users }, true],
  ['has([BODY].users) == true', { body: '{}' }, false],
  ['has([BODY].users) != false', { body: users }, true],
  ['has([BODY].nothing) == true', { body: users }, false],
  ['[BODY].users == []', { body: users }, true],
  ['[BODY].data == []', { body: users }, false],
];

describe('a condition keeps its meaning', () => {
  test.each(verdicts)('%s of %j is %p', (condition, response, verdict) => {
    const { notes } = importOf(condition);
    expect(notes.filter(({ severity }) => severity === 'left out')).toEqual([]);
    expect(everytickSays([condition], response)).toBe(verdict);
  });

  test('without one on the status, any status is right', () => {
    for (const status of [100, 204, 404, 503]) expect(everytickSays(['[BODY] == x'], { status, body: 'x' })).toBe(true);
  });

  test('beside others, of which all have to hold', () => {
    const conditions = ['[STATUS] >= 200', '[STATUS] < 500', '[STATUS] != 404', '[BODY].id == 1'];
    const judged = [199, 200, 404, 499, 500].map((status) => everytickSays(conditions, { status, body: users }));
    expect(judged).toEqual([false, true, false, true, false]);
  });

  test('where it is written with a dollar sign', () => {
    expect(everytickSays(['[BODY] == pat(*costs $5*)'], { body: 'it costs $5.' })).toBe(true);
  });
});

describe('a condition that Everytick cannot judge is left out, with the reason', () => {
  test.each([
    ['[IP] == 127.0.0.1', /address/],
    ['[DOMAIN_EXPIRATION] > 720h', /domain/],
    ['[DNS_RCODE] == NOERROR', /DNS/],
    ['[CONNECTED] == false', /cannot be expected/],
    ['[RESPONSE_TIME] > 5', /at least some time/],
    ['[RESPONSE_TIME] == 5', /at least some time/],
    ['[CERTIFICATE_EXPIRATION] < 48h', /soon/],
    ['[BODY].x == [CONTEXT].y', /another one of the body/],
    ['[CONTEXT].x == 1', /suites/],
    ['[BODY] > 5', /as a number/],
    ['[BODY] == [BODY].x', /with a text alone/],
    ['len([BODY]) > 0', /body_size/],
    ['[BODY].uptime > 5m', /durations/],
    ['[BODY].x == null', /has\(\)/],
    ['[BODY].x == [1,2]', /arrays and objects/],
    ['[BODY].x[*].y == 1', /no path/],
    ['[BODY] == pat([)', /malformed/],
    ['[BODY].x == pat(a[])', /malformed/],
    ['len([STATUS]) == 3', /\[BODY\] alone/],
    ['[STATUS]==200', /spaces around it/],
    ['1 == 1', /does not depend on the response/],
    ['[FOO] == 1', /does not depend on the response/],
  ])('%s', (condition, why) => {
    const { targets, notes } = importOf(condition);
    expect(targets[0]?.document['expect']).toEqual({ status: '100-999' });
    expect(notes).toContainEqual({
      severity: 'left out',
      where: 'config.yaml:1: endpoints[0].conditions[0]',
      given: condition,
      why: expect.stringMatching(why),
      target: 'it',
    });
  });

  test('also where several contradict each other', () => {
    const { targets, notes } = importOf('[STATUS] < 200', '[STATUS] > 300');
    expect(targets).toEqual([]);
    expect(notes).toContainEqual(
      expect.objectContaining({ severity: 'left out', given: expect.stringMatching(/\[STATUS\]$/) }),
    );
  });
});

describe('what differs is told', () => {
  test.each([
    ['[CERTIFICATE_EXPIRATION] > 30h', /2 whole days/],
    ['[RESPONSE_TIME] < 40s', /timeout/],
    ['[RESPONSE_TIME] < 4s', /body has been read/],
    ['[BODY].x == true', /the texts/],
    ['[BODY].x == 1000000', /1e\+06/],
    ['[BODY].x > 1', /digits/],
    ['[STATUS] != 500', /cannot be reached/],
  ])('%s', (condition, why) => {
    const told = importOf(condition).notes.filter(({ target }) => target === 'it');
    expect(told).toContainEqual(expect.objectContaining({ severity: 'changed', why: expect.stringMatching(why) }));
  });

  test('a condition that fails where a target cannot be reached needs no such note', () => {
    expect(importOf('[STATUS] == 200').notes.filter(({ target }) => target === 'it')).toEqual([]);
  });
});

test('a glob matches what it matched for Gatus', () => {
  // Go's filepath.Match for texts without slashes, as simply as it can be said.
  const matches = (glob: string, text: string): boolean => {
    if (glob === '') return text === '';
    if (glob[0] === '*') return matches(glob.slice(1), text) || (text !== '' && matches(glob, text.slice(1)));
    return text !== '' && (glob[0] === '?' || glob[0] === text[0]) && matches(glob.slice(1), text.slice(1));
  };
  const letters = (all: string[]) => fc.string({ unit: fc.constantFrom(...all), maxLength: 6 });
  fc.assert(
    fc.property(letters(['a', '.', '*', '?', '$', '(']), letters(['a', '.', '\n', '$', '(']), (glob, text) => {
      const pattern = globPattern(glob);
      expect(pattern !== null && targetRules.compilePattern(pattern)).toBeTruthy();
      expect(
        (targetRules.compilePattern(pattern ?? '') as { match(text: string): { matched: boolean } }).match(text)
          .matched,
      ).toBe(matches(glob, text));
    }),
    { numRuns: 3_000 },
  );
});

test('durations and whole numbers are read as Go reads them', () => {
  expect(['1h30m', '500ms', '1.5s', '90', '2d', '', '-1s', '1h 30m'].map(goDurationMs)).toEqual([
    5_400_000,
    500,
    1_500,
    null,
    null,
    null,
    -1_000,
    null,
  ]);
  expect(['10', '0x10', '010', '0b11', '1_000', '+1', '08', '1.0', ''].map(goInteger)).toEqual([
    10n,
    16n,
    8n,
    3n,
    1_000n,
    1n,
    null,
    null,
    null,
  ]);
});
