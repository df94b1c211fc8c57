import { describe, expect, it } from '@jest/globals';
import { fieldDifferences, type StateDocument } from './changed-fields.ts';

const before: StateDocument = {
  name: 'a',
  url: 'https://a.example/',
  every: '60s',
  locations: ['b', 'a'],
  paused: false,
};

const fields = (was: object, is: object) =>
  fieldDifferences({ ...before, ...was }, { ...before, ...is }).map(({ field }) => field);

describe('what differs', () => {
  it('is nothing between two ways of saying the same', () => {
    expect(fields({ locations: ['a', 'b'] }, { locations: ['b', 'a'] })).toEqual([]);
    expect(fields({ headers: { a: '1', b: '2' } }, { headers: { b: '2', a: '1' } })).toEqual([]);
    expect(
      fields({ expect: { json: [{ path: '$', equals: -0 }] } }, { expect: { json: [{ equals: 0, path: '$' }] } }),
    ).toEqual([]);
    expect(fields({ source: null, labels: {} }, {})).toEqual([]);
    expect(fields({ tls: { ca: undefined } }, {})).toEqual([]);
  });

  it('is named as deep as there are mappings, a list being one thing', () => {
    expect(
      fields(
        { expect: { status: ['200'], body_size: { min: 1, max: 2 } } },
        { expect: { status: ['200', '404'], body_size: { min: 1 } } },
      ),
    ).toEqual(['expect.status', 'expect.body_size.max']);
    expect(fields({}, { expect: { status: ['404'] }, labels: { env: 'live' }, headers: { 'x-a': 'b' } })).toEqual([
      'labels.env',
      'headers.x-a',
      'expect.status',
    ]);
    expect(
      fields({ auth: { bearer: { env: 'A' } } }, { auth: { basic: { username: 'me', password: { env: 'A' } } } }),
    ).toEqual(['auth.bearer', 'auth.basic.username', 'auth.basic.password']);
  });

  it('is a reference as a whole', () => {
    expect(fieldDifferences({ ...before, body: { env: 'A' } }, { ...before, body: { file: 'A' } })).toEqual([
      { field: 'body', before: { env: 'A' }, after: { file: 'A' } },
    ]);
    expect(fields({ tls: { ca: { env: 'A' } } }, {})).toEqual(['tls.ca']);
  });

  it('may have a name that every object knows', () => {
    expect(fields({ headers: { constructor: 'a' } }, { headers: {} })).toEqual(['headers.constructor']);
    expect(fields({ headers: JSON.parse('{"__proto__": "a"}') }, {})).toEqual(['headers.__proto__']);
  });
});
