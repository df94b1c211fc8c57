import { Buffer } from 'node:buffer';
import { describe, expect, it } from '@jest/globals';
import { requestText } from './request-text.ts';

const url = new URL('http://shop.example:8080/cart?item=1#part');
const get = { method: 'GET', headers: [], body: null };

describe('the head of a request', () => {
  it('asks for path and query, and says whether the connection stays', () => {
    expect(requestText(url, { ...get, headers: ['accept', '*/*'] }, false)).toBe(
      'GET /cart?item=1 HTTP/1.1\r\nhost: shop.example:8080\r\nconnection: close\r\naccept: */*\r\n\r\n',
    );
    expect(requestText(url, get, true)).toContain('\r\nconnection: keep-alive\r\n');
    expect(requestText(new URL('http://shop.example/p?#part'), get, false)).toMatch(/^GET \/p\? HTTP/);
    expect(requestText(new URL('http://shop.example/p#part?'), get, false)).toMatch(/^GET \/p HTTP/);
  });

  it('has the host that the target gives, once', () => {
    const text = requestText(url, { ...get, headers: ['host', 'other.example'] }, false);
    expect(text.match(/^host: .*$/gm)).toEqual(['host: other.example']);
  });

  it('says how long the body is, also where one is expected and none is sent', () => {
    expect(requestText(url, { ...get, method: 'POST', body: Buffer.from('ä') }, false)).toContain(
      'content-length: 2\r\n',
    );
    expect(requestText(url, { ...get, method: 'POST' }, false)).toContain('content-length: 0\r\n');
    expect(requestText(url, get, false)).not.toContain('content-length');
  });

  it.each(['a\r\nx: y', 'a\nb', 'a\rb', 'a\0b', 'a\x7fb', 'Ā'])(
    'is refused with a value like %j, which is not shown',
    (value) => {
      const make = () => requestText(url, { ...get, headers: ['x-token', `geheim${value}`] }, false);
      expect(make).toThrow(/x-token/);
      expect(make).not.toThrow(/geheim/);
    },
  );

  it('is refused with a name that is none', () => {
    expect(() => requestText(url, { ...get, headers: ['a b', 'c'] }, false)).toThrow(/not allowed/);
  });
});
