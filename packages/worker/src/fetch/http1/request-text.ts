// The head of an HTTP/1.1 request as it goes over the wire (RFC 9112, 3).

import { pathOf } from '../hop-url.ts';
import type { RequestContent } from '../request-plan.ts';

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const notInText = /[^\t\x20-\x7e\x80-\xff]/;
/** Methods whose requests have a body; without one they say so. */
const withBody = new Set(['POST', 'PUT', 'PATCH']);

interface Known {
  readonly url: URL;
  readonly keep: boolean;
  readonly text: string;
}

/** What a target sends is the same at every tick, and the same object. */
const known = new WeakMap<RequestContent, Known>();

/** As `requestText`, which is asked only once for as long as all of it stays the same object. */
export function knownRequestText(url: URL, content: RequestContent, keep: boolean): string {
  const before = known.get(content);
  if (before !== undefined && before.url === url && before.keep === keep) return before.text;
  const text = requestText(url, content, keep);
  known.set(content, { url, keep, text });
  return text;
}

/** Each character is a byte (latin1). Throws where a header could be taken for more than that: a secret may hold anything. */
export function requestText(url: URL, { method, headers, body }: RequestContent, keep: boolean): string {
  let fields = '';
  let host = url.host;
  for (let index = 0; index < headers.length; index += 2) {
    const [name, value] = [headers[index] as string, headers[index + 1] as string];
    if (!token.test(name)) throw new Error('the name of a header has a character that is not allowed in it');
    if (notInText.test(value)) throw new Error(`the header ${name} has a character that is not allowed in it`);
    if (name === 'host') host = value;
    else fields += `${name}: ${value}\r\n`;
  }
  if (body !== null && body.length > 0) fields += `content-length: ${body.length}\r\n`;
  else if (withBody.has(method)) fields += 'content-length: 0\r\n';
  const connection = keep ? 'keep-alive' : 'close';
  return `${method} ${pathOf(url)} HTTP/1.1\r\nhost: ${host}\r\nconnection: ${connection}\r\n${fields}\r\n`;
}
