// What counts as up. All of it has to hold.

import { z } from 'zod';
import type { Expectations } from '../../domain/check-options.ts';
import { described, writtenAs } from '../described.ts';
import { formatDuration, parseDurationMs } from '../duration.ts';
import { choice, listOf, reject, shown, wholeNumber, wrongType } from '../field-rules.ts';
import { mapping, withoutEmpty } from '../mapping.ts';
import type { TargetRules } from '../target-rules.ts';
import { form } from '../written-forms.ts';
import { bodyTest, headerTest, jsonTest } from './response-tests.ts';
import { statusList } from './status-list.ts';
import { httpUrl } from './web-url.ts';

const expectExample = "a mapping such as {status: 200, body: [{matches: 'Welcome'}]}";
const bodyExample = "a list such as [{matches: 'Welcome'}, {not_matches: '(?i)error'}]";
const headersExample = "a list such as [{name: content-type, matches: 'json'}]";
const jsonExample = "a list such as [{path: '$.status', equals: ok}]";
const durationAllowed = 'a duration such as 500ms or 2s, in seconds where it has no unit';

const longestDays = 3650;

const expectSynonyms = {
  code: 'status',
  codes: 'status',
  status_code: 'status',
  statuses: 'status',
  url: 'final_url',
  match: 'body',
  matches: 'body',
  regex: 'body',
  header: 'headers',
  jsonpath: 'json',
  json_path: 'json',
  size: 'body_size',
  slow_above: 'degraded_above',
  max_response_time: 'down_above',
  response_time: 'down_above',
  cert_days: 'certificate_days',
  certificate: 'certificate_days',
  ssl: 'tls',
};

export function expectationsWith(rules: TargetRules) {
  const bytes = (description: string) =>
    described(wholeNumber(0, Number.MAX_SAFE_INTEGER, 'bytes'), {
      description,
      allowed: 'a whole number of bytes',
    }).optional();
  const size = { min: bytes('The least size that is expected.'), max: bytes('The largest size that is expected.') };
  const bodySize = mapping(size, 'a mapping such as {min: 1000, max: 500000}', {
    minimum: 'min',
    maximum: 'max',
    at_least: 'min',
    at_most: 'max',
  }).transform(({ min, max }, context) => {
    if (min !== undefined && max !== undefined && min > max) {
      return reject(context, `${min} is more than max, which is ${max}`, ['min'], ['max']);
    }
    return withoutEmpty({ min: min || undefined, max });
  });
  const expectations = mapping(
    {
      status: described(statusList(), {
        description: 'The status of the last response.',
        allowed: 'a code (200), a class (2xx), a range (200-299), or a list of them',
        default: '2xx',
        examples: [200, '2xx', ['2xx', 404]],
      }).optional(),
      final_url: described(httpUrl('an http or https URL such as https://www.example.org/'), {
        description: 'The URL of the last response.',
        allowed: 'an http or https URL without user and password',
        otherwise: 'any',
        examples: ['https://www.example.org/'],
      }).optional(),
      body: described(listOf(bodyTest(rules), bodyExample), {
        description: 'Tests of the body.',
        otherwise: 'none',
        examples: [[{ matches: 'Welcome' }, { not_matches: '(?i)error' }]],
      }).optional(),
      headers: described(listOf(headerTest(rules), headersExample), {
        description: 'Tests of headers. A header that is absent passes `not_matches` and `absent` alone.',
        otherwise: 'none',
        examples: [[{ name: 'content-type', matches: 'json' }]],
      }).optional(),
      json: described(listOf(jsonTest(rules), jsonExample), {
        description: 'Tests of the body as JSON.',
        otherwise: 'none',
        examples: [[{ path: '$.status', equals: 'ok' }]],
      }).optional(),
      body_size: described(bodySize, {
        description: 'The size of the body in bytes, after decompression.',
        otherwise: 'any',
        examples: [{ min: 20, max: 100_000 }],
      }).optional(),
      degraded_above: described(responseTime(), {
        description: 'A longer response time makes the outcome `degraded`.',
        allowed: '1ms or more; less than `down_above` and the timeout',
        otherwise: 'none',
        examples: ['500ms'],
      }).optional(),
      down_above: described(responseTime(), {
        description: 'A longer response time makes the outcome `down`.',
        allowed: '1ms or more; less than the timeout',
        otherwise: 'none',
        examples: ['2s'],
      }).optional(),
      certificate_days: described(wholeNumber(0, longestDays, 'days'), {
        description:
          'For how many days more each certificate of the chain has to be valid, also with `insecure_skip_verify`.',
        otherwise: 'none',
        examples: [14],
      }).optional(),
      tls: described(choice(['required', 'forbidden']), {
        description: 'Whether the last response has to come over TLS, or must not.',
        otherwise: 'either',
      }).optional(),
    },
    expectExample,
    expectSynonyms,
  ).transform((given, context): Expectations | undefined => {
    const { degraded_above, down_above } = given;
    if (degraded_above !== undefined && down_above !== undefined && degraded_above >= down_above) {
      const why = `${formatDuration(degraded_above)} has to be less than down_above, which is ${formatDuration(down_above)}`;
      return reject(context, why, ['degraded_above'], ['down_above']);
    }
    return withoutEmpty({
      ...given,
      degraded_above: degraded_above === undefined ? undefined : formatDuration(degraded_above),
      down_above: down_above === undefined ? undefined : formatDuration(down_above),
    });
  });
  return described(expectations, {
    description: 'What counts as up: all of it has to hold.',
    otherwise: 'a status of 2xx',
    examples: [{ status: 200, body: [{ matches: 'Welcome' }] }],
  });
}

/** Milliseconds. */
function responseTime() {
  const checked = z.union([z.string(), z.number()], wrongType(durationAllowed)).transform((given, context): number => {
    const ms = parseDurationMs(given);
    if (ms === null)
      return reject(context, `'${shown(String(given))}' is no duration; it has to be ${durationAllowed}`);
    return ms >= 1
      ? Math.round(ms * 1_000) / 1_000
      : reject(context, `'${given}' is too short; allowed is 1ms or more`);
  });
  return writtenAs(checked, form('Duration', { minimum: 0.001 }));
}
