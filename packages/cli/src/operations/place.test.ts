import { describe, expect, test } from '@jest/globals';
import { apiPlace, type PlaceFlags } from './place.ts';

const url = 'https://everytick.example';
const database = { EVERYTICK_DATABASE_URL: 'postgres://localhost/x' };

describe('a command works', () => {
  test.each<[string, PlaceFlags, Record<string, string>, ReturnType<typeof apiPlace>]>([
    ['at the database, unless told otherwise', {}, database, null],
    ['at the database where nothing is set', {}, {}, null],
    ['at the API that is set', {}, { EVERYTICK_API_URL: url, EVERYTICK_API_TOKEN: 't' }, { url, token: 't' }],
    ['at the API that is given', { api: `${url}/api/v1/` }, database, { url, token: null }],
    ['at the database that is asked for', { database: true }, { ...database, EVERYTICK_API_URL: url }, null],
    ['below a path', { api: 'http://a.example/b/' }, {}, { url: 'http://a.example/b', token: null }],
  ])('%s', (_, flags, environment, place) => {
    expect(apiPlace(flags, environment)).toEqual(place);
  });

  test.each<[string, PlaceFlags, Record<string, string>, RegExp]>([
    [
      'an API and a database',
      {},
      { ...database, EVERYTICK_API_URL: url },
      /EVERYTICK_API_URL and EVERYTICK_DATABASE_URL/,
    ],
    ['two places', { api: url, database: true }, {}, /give either --api URL or --database/],
    ['what is no URL', { api: 'shop' }, {}, /^--api has to be a URL like https:/],
    ['a URL with a password', {}, { EVERYTICK_API_URL: 'https://a:b@c.example' }, /^EVERYTICK_API_URL is/],
  ])('nowhere with %s', (_, flags, environment, message) => {
    expect(() => apiPlace(flags, environment)).toThrow(message);
  });

  test.each(['http://everytick.example', 'http://10.0.0.1:80', 'http://127.0.0.1.example', 'http://localhost.example'])(
    'and sends no token to %s, where others could read it, unless told to',
    (readable) => {
      const environment = { EVERYTICK_API_TOKEN: 'geheim', EVERYTICK_API_URL: readable };
      expect(() => apiPlace({}, environment)).toThrow(/is not encrypted: whoever listens there gets the token/);
      expect(apiPlace({ apiInsecure: true }, environment)?.token).toBe('geheim');
      expect(apiPlace({}, { ...environment, EVERYTICK_API_INSECURE: 'on' })?.token).toBe('geheim');
      expect(apiPlace({}, { EVERYTICK_API_URL: readable })?.token).toBeNull();
    },
  );

  test.each(['http://127.0.0.1:80', 'http://[::1]:80', 'http://localhost', 'http://a.localhost:1'])(
    'and may send a token to %s',
    (api) => {
      expect(apiPlace({ api }, { EVERYTICK_API_TOKEN: 't' })?.token).toBe('t');
    },
  );
});
