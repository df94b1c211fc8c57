// The head of an HTTP/1.1 request as it goes over the wire (RFC 9112, 3).

import type { RequestContent } from '../request-plan.ts';

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const notInText = /[^\t\x20-\x7e\x80-\xff]/;
/** Methods whose requests have a body; without one they say so. */
const withBody = new Set(['POST', 'PUT', 'PATCH']);

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
  const connection = keep && method !== 'HEAD' ? 'keep-alive' : 'close';
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${host}\r\nconnection: ${connection}\r\n${fields}\r\n`;
}
