// Stands between a connection and undici's parser, for two things that the parser does not do.
//
// It takes "100 Continue" out of what a server sends. A client has to put up with one that it did not ask for (RFC 9110,
// 15.2), and servers do send them; undici ends the connection instead.
//
// And it counts. A server can send without end what is neither header nor body, the extension of a chunk for instance,
// and nobody further on hears of it.

import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';

const beginning = Buffer.from('HTTP/1.1 100');
const end = Buffer.from('\r\n\r\n');
/** A head of this size is not a plain "100 Continue", and is left to the parser. */
const longestHead = 4_096;
/** No honest server sends a second one; the rest is left to the parser, which takes none. */
const mostSkipped = 8;

/** Works on what undici reads with `socket.read()`. */
export class ResponseReader {
  readonly #socket: Socket;
  readonly #read: (size?: number) => Buffer | null;
  #left = 0;
  /** Whether what comes may still be a "100 Continue". */
  #filtering = true;
  #skipped = 0;
  #held: Buffer | null = null;
  /** Whether anything of the response has come. */
  heard = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#read = socket.read.bind(socket);
    socket.read = (size?: number) => this.#next(size);
  }

  /** A response is to come, of at most so many bytes with everything that is in it. */
  expect(mostBytes: number): void {
    this.#left = mostBytes;
    this.#filtering = true;
    this.#skipped = 0;
    this.#held = null;
    this.heard = false;
  }

  #next(size?: number): Buffer | null {
    for (;;) {
      const chunk = this.#read(size);
      if (chunk === null) return null;
      this.heard = true;
      this.#left -= chunk.length;
      if (this.#left < 0) {
        this.#socket.destroy(new ResponseTooLong());
        return null;
      }
      const bytes = this.#filtering ? this.#filter(chunk) : chunk;
      if (bytes !== null) return bytes;
    }
  }

  /** What is left of it, or null where more has to come before that can be told. */
  #filter(chunk: Buffer): Buffer | null {
    let bytes: Buffer = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = null;
    while (this.#skipped < mostSkipped && isContinue(bytes)) {
      const endsAt = bytes.indexOf(end);
      if (endsAt < 0) break;
      bytes = bytes.subarray(endsAt + end.length);
      this.#skipped += 1;
    }
    if (this.#skipped < mostSkipped && mayBecomeContinue(bytes)) {
      this.#held = bytes;
      return null;
    }
    this.#filtering = false;
    return bytes;
  }
}

/** The reason phrase may be missing. */
function isContinue(bytes: Buffer): boolean {
  const after = bytes[beginning.length];
  return bytes.subarray(0, beginning.length).equals(beginning) && (after === 0x20 || after === 0x0d);
}

/** True while what there is may be the beginning of one; also for nothing at all. */
function mayBecomeContinue(bytes: Buffer): boolean {
  if (bytes.length > beginning.length) return bytes.length < longestHead && isContinue(bytes);
  return bytes.equals(beginning.subarray(0, bytes.length));
}

class ResponseTooLong extends Error {
  readonly code = 'HPE_TOO_LONG';

  constructor() {
    super('(it goes on and on, and most of it is neither header nor body)');
  }
}
