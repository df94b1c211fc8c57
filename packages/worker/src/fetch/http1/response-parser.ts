// Reads one HTTP/1.1 response from the bytes of a connection (RFC 9112), as they come and however they are cut.
//
//   head --informational--> head
//    |
//    +--> length ------------------------------+
//    +--> chunk size --> chunk --> chunk end --+--> over
//    |         ^                      |        |
//    |         +----------------------+        |
//    |    (last chunk) --> trailers -----------+
//    +--> until the connection ends -----------+
//
// As strict as the parsers that browsers and proxies use: what one of two readers might take for something else is an error and
// not a guess, since a monitor that is more forgiving than its users' browsers calls a broken site up. Only the plain
// old mistakes that every reader agrees on are put up with: an empty line before the response, no reason phrase.
//
// The bytes that are handed in belong to the caller, who may use their memory for the next ones: whatever is kept is copied.

import { Buffer } from 'node:buffer';
import { HttpError } from './http-error.ts';

/** Header names in small letters; a list of values where one came more than once. */
export type ResponseHeaders = Readonly<Record<string, string | string[]>>;

/** Is told what a response has. After `onComplete` nothing more comes. */
export interface ResponseObserver {
  /** The headers of the response have arrived; informational ones (1xx) are passed over. */
  onHeaders(status: number, headers: ResponseHeaders): void;
  /** `bytes` is only good until this returns. */
  onBody(bytes: Buffer): void;
  onComplete(): void;
}

export interface ResponseLimits {
  /** Of a head, and of trailers. */
  readonly headBytes: number;
  /** Of a response with everything that is in it. */
  readonly allBytes: number;
  /** Of responses (1xx) before the real one. */
  readonly informational: number;
}

type State = 'head' | 'length' | 'chunk size' | 'chunk' | 'chunk end' | 'trailers' | 'until end' | 'over';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const version = Buffer.from('HTTP/');
const endOfHead = Buffer.from('\r\n\r\n');
const nothing: Buffer = Buffer.alloc(0);
/** A chunk's size with its extensions; those that are sent in earnest are shorter by far. */
const longestSizeLine = 4_096;

const statusLine = /^HTTP\/(?:1\.[0-9]|0\.9|2\.0) ([0-9]{3})(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const notInText = /[^\t\x20-\x7e\x80-\xff]/;
const sizeLine = /^0*([0-9a-fA-F]{1,12})(?:;[\t\x20-\x7e\x80-\xff]*)?$/;

export class ResponseParser {
  readonly #toHead: boolean;
  readonly #limits: ResponseLimits;
  readonly #observer: ResponseObserver;
  #state: State = 'head';
  /** What came of a head or a line that is not whole yet. */
  #held: Buffer = nothing;
  /** Of the body or of the chunk. */
  #left = 0;
  #bytes = 0;
  #headBytes = 0;
  #informational = 0;
  #statusLine = '';
  #connection: string | string[] | undefined;
  /** Whether the end of the connection was, or something came that belongs to no response. */
  #spent = false;

  /** `toHead`: whether the request was a HEAD, which is answered without a body. */
  constructor(toHead: boolean, limits: ResponseLimits, observer: ResponseObserver) {
    this.#toHead = toHead;
    this.#limits = limits;
    this.#observer = observer;
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** Once the response is over: whether the server leaves the connection open for another request, by what it says (RFC 9112, 9.3). */
  get leavesOpen(): boolean {
    return !this.#spent && saysSo(this.#statusLine, this.#connection);
  }

  /** Throws `HttpError` where the bytes are no valid response. What comes after the response is not looked at. */
  read(bytes: Buffer): void {
    if (this.isOver) return;
    this.#bytes += bytes.length;
    if (this.#bytes > this.#limits.allBytes) {
      throw new HttpError('HPE_TOO_LONG', 'it goes on and on, and most of it is neither header nor body');
    }
    let at = 0;
    while (at < bytes.length && !this.isOver) at = this.#step(bytes, at);
    if (!this.isOver) return;
    this.#spent ||= at < bytes.length;
    this.#observer.onComplete();
  }

  /** The connection has ended. Throws `HttpError` where something is missing. */
  end(): void {
    if (this.#state === 'until end') {
      this.#state = 'over';
      this.#observer.onComplete();
    } else if (this.#state !== 'over') throw new HttpError('CONNECTION_ENDED', 'the connection ended');
  }

  /** Takes what it can of `bytes` from `at` on; returns where it stopped. */
  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes, at);
      case 'length':
      case 'chunk':
        return this.#readCounted(bytes, at);
      case 'until end':
        this.#observer.onBody(at === 0 ? bytes : bytes.subarray(at));
        return bytes.length;
      case 'chunk size':
        return this.#readSize(bytes, at);
      case 'chunk end':
        return this.#readLine(bytes, at, 2, (line) => {
          if (line !== '') throw invalid('a chunk is longer than its size');
          this.#state = 'chunk size';
        });
      case 'trailers':
        return this.#readTrailer(bytes, at);
      case 'over':
        return bytes.length;
    }
  }

  #readHead(bytes: Buffer, at: number): number {
    const before = this.#held.length;
    let head = before === 0 ? bytes.subarray(at) : Buffer.concat([this.#held, bytes.subarray(at)]);
    let skipped = 0;
    // An empty line before the response (RFC 9112, 2.2).
    while (head[skipped] === carriageReturn && head[skipped + 1] === lineFeed) skipped += 2;
    if (skipped > 0) head = head.subarray(skipped);
    const seen = Math.min(head.length, version.length);
    if (head.compare(version, 0, seen, 0, seen) !== 0 && !(seen === 1 && head[0] === carriageReturn)) {
      throw invalid('it does not begin with HTTP/');
    }
    const endsAt = head.indexOf(endOfHead, Math.max(0, before - skipped - endOfHead.length));
    if ((endsAt < 0 ? head.length : endsAt) > this.#limits.headBytes) throw tooLarge();
    if (endsAt < 0) {
      // It says sooner that this is no HTTP than that more has to come.
      const lineEndsAt = head.indexOf(lineFeed);
      if (lineEndsAt >= 0) {
        if (head[lineEndsAt - 1] !== carriageReturn) throw invalid('a line ends without a carriage return');
        statusOf(head.toString('latin1', 0, lineEndsAt - 1));
      }
      this.#held = Buffer.from(head);
      return bytes.length;
    }
    this.#held = nothing;
    this.#begin(head.toString('latin1', 0, endsAt));
    return at + skipped + endsAt + endOfHead.length - before;
  }

  /** `head`: without the empty line at its end. */
  #begin(head: string): void {
    const lines = head.split('\r\n');
    const status = statusOf(lines[0] as string);
    const headers = headersOf(lines);
    if (status < 200) {
      if (status === 101) throw invalid('it switches to another protocol, unasked');
      this.#informational += 1;
      if (this.#informational > this.#limits.informational) {
        throw invalid(`more than ${this.#limits.informational} informational responses before a real one`);
      }
      return;
    }
    const framing = this.#framing(status, headers);
    this.#statusLine = lines[0] as string;
    this.#connection = headers['connection'];
    this.#spent = framing === 'until end';
    this.#state = framing === 'length' && this.#left === 0 ? 'over' : framing;
    this.#observer.onHeaders(status, headers);
  }

  /** RFC 9112, 6.3. */
  #framing(status: number, headers: ResponseHeaders): State {
    if (this.#toHead || status === 204 || status === 304) {
      this.#left = 0;
      return 'length';
    }
    const coding = headers['transfer-encoding'];
    const length = headers['content-length'];
    if (coding !== undefined && length !== undefined) throw invalid('it has a Content-Length and a Transfer-Encoding');
    if (Array.isArray(length)) throw invalid('it has more than one Content-Length');
    const announced = length === undefined ? null : Number(length);
    if (announced !== null && !(/^[0-9]+$/.test(length as string) && Number.isSafeInteger(announced))) {
      throw invalid('its Content-Length is no length');
    }
    if (coding !== undefined) return /(?:^|,)[\t ]*chunked[\t ]*$/i.test(String(coding)) ? 'chunk size' : 'until end';
    if (announced === null) return 'until end';
    this.#left = announced;
    return 'length';
  }

  #readCounted(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    this.#observer.onBody(bytes.subarray(at, end));
    // The observer may have had enough.
    if (this.#left === 0) this.#state = this.#state === 'chunk' ? 'chunk end' : 'over';
    return end;
  }

  #readSize(bytes: Buffer, at: number): number {
    return this.#readLine(bytes, at, longestSizeLine, (line) => {
      const size = sizeLine.exec(line)?.[1];
      if (size === undefined) throw invalid('the size of a chunk is no size');
      this.#left = Number.parseInt(size, 16);
      this.#state = this.#left === 0 ? 'trailers' : 'chunk';
      this.#headBytes = 0;
    });
  }

  #readTrailer(bytes: Buffer, at: number): number {
    const room = this.#limits.headBytes - this.#headBytes;
    return this.#readLine(bytes, at, room, (line) => {
      this.#headBytes += line.length + 2;
      if (line === '') this.#state = 'over';
      else addHeader({}, line);
    });
  }

  /** A line that ends with CR LF, of at most so many bytes with these. */
  #readLine(bytes: Buffer, at: number, most: number, take: (line: string) => void): number {
    const feedAt = bytes.indexOf(lineFeed, at);
    const end = feedAt < 0 ? bytes.length : feedAt + 1;
    const length = this.#held.length + end - at;
    if (length > most) {
      if (this.#state === 'trailers') throw tooLarge();
      throw invalid(
        this.#state === 'chunk end'
          ? 'a chunk is longer than its size'
          : 'the line with the size of a chunk is too long',
      );
    }
    const part = bytes.subarray(at, end);
    const whole = this.#held.length === 0 ? part : Buffer.concat([this.#held, part]);
    if (feedAt < 0) {
      if (this.#state === 'chunk end' && whole[0] !== carriageReturn) throw invalid('a chunk is longer than its size');
      this.#held = whole === part ? Buffer.from(part) : whole;
      return end;
    }
    this.#held = nothing;
    if (whole[length - 2] !== carriageReturn) throw invalid('a line ends without a carriage return');
    take(whole.toString('latin1', 0, length - 2));
    return end;
  }
}

function statusOf(line: string): number {
  const status = Number(statusLine.exec(line)?.[1] ?? 0);
  if (status < 100) throw invalid('its status line is broken');
  return status;
}

/** Whether a connection stays open by its response's `Connection`, or by the version of HTTP where that says nothing. */
function saysSo(line: string, connection: string | string[] | undefined): boolean {
  const options = String(connection ?? '')
    .toLowerCase()
    .split(/[\t ]*,[\t ]*/);
  if (options.includes('close')) return false;
  return !/^HTTP\/(?:1\.0|0\.9) /.test(line) || options.includes('keep-alive');
}

/** `lines`: the status line first. */
function headersOf(lines: readonly string[]): ResponseHeaders {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (let index = 1; index < lines.length; index++) addHeader(headers, lines[index] as string);
  return headers;
}

function addHeader(headers: Record<string, string | string[]>, line: string): void {
  const colonAt = line.indexOf(':');
  const written = line.slice(0, Math.max(0, colonAt));
  if (!token.test(written)) throw invalid('a header has no name, or a broken one');
  const value = withoutBlanks(line, colonAt + 1);
  if (notInText.test(value)) throw invalid('a header has a character that is not allowed in it');
  const name = written.toLowerCase();
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else if (typeof before === 'string') headers[name] = [before, value];
  else before.push(value);
}

/** From `start` on. By hand: an expression for the end of a text looks at each blank anew. */
function withoutBlanks(text: string, start: number): string {
  let [from, to] = [start, text.length];
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function invalid(reason: string): HttpError {
  return new HttpError('HPE_INVALID', reason);
}

function tooLarge(): HttpError {
  return new HttpError('HPE_HEADER_OVERFLOW', 'its headers are too large');
}
