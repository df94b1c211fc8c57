// Bodies: JSON in UTF-8, not nested without end, and without keys that could change what other objects are.

import type { FastifyInstance } from 'fastify';
import { RequestProblem } from './problem.ts';

/** Deeper than any target is; recursion over a document stays far from the end of the stack. */
const deepest = 64;
/** More than any set has. What is built of values may take thirty times their bytes. */
const mostValues = 2_000_000;
const utf8 = new TextDecoder('utf-8', { fatal: true });

export function acceptJsonBodies(server: FastifyInstance): void {
  // Refuses `__proto__`, and `constructor` with a `prototype`, wherever they stand.
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      const problem = (detail: string) => done(new RequestProblem(400, 'request_invalid', detail));
      let text: string;
      try {
        text = utf8.decode(body as Buffer);
      } catch {
        return problem('the body is not UTF-8');
      }
      // Clients say of which type it is even where there is none, to operations that want none.
      if (text === '') return done(null, undefined);
      const excess = excessOf(text);
      if (excess !== null) return problem(excess);
      return parse(request, text, (error, value) => {
        if (error === null) done(null, value);
        else problem('the body is no valid JSON document');
      });
    },
  );
}

/** What there is too much of, counted before anything is built of it. */
function excessOf(text: string): string | null {
  let depth = 0;
  let values = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index += 1;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === OPEN_LIST || code === OPEN_MAPPING) {
      depth += 1;
      values += 1;
      if (depth > deepest) return `the body is nested too deep; allowed are ${deepest} levels`;
    } else if (code === CLOSE_LIST || code === CLOSE_MAPPING) depth -= 1;
    else if (code === COMMA) values += 1;
  }
  return values > mostValues ? `the body has too many values; allowed are ${mostValues}` : null;
}

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const OPEN_LIST = 0x5b;
const COMMA = 0x2c;
const CLOSE_LIST = 0x5d;
const OPEN_MAPPING = 0x7b;
const CLOSE_MAPPING = 0x7d;
