import { describe, expect, it } from '@jest/globals';
import { methodAttributes, pathAttributes, urlAttributes } from './http-attributes.ts';

describe('what spans say of a request', () => {
  it('has no user, password, fragment or query value in it', () => {
    expect(urlAttributes('https://me:hunter2@[2001:db8::1]/a?token=hunter2#hunter2')).toEqual({
      'url.full': 'https://[2001:db8::1]/a?token=***',
      'url.scheme': 'https',
      'server.address': '2001:db8::1',
      'server.port': 443,
    });
    expect(pathAttributes('/api/v1/targets?name=hunter2&limit=3')).toEqual({
      'url.path': '/api/v1/targets',
      'url.query': 'name=***&limit=***',
    });
    expect(pathAttributes('/api/v1/targets')).toEqual({ 'url.path': '/api/v1/targets' });
    expect(urlAttributes('hunter2')).toEqual({ 'url.full': '(not a URL)' });
  });

  it('has methods of a closed list', () => {
    expect(methodAttributes('PATCH')).toEqual({ 'http.request.method': 'PATCH' });
    expect(methodAttributes('PURGE')).toEqual({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'PURGE',
    });
  });
});
