// Collects a response's body up to a limit and undoes its content coding.
//
// Decoding happens once, after the last byte has come: it is the worker's time, not the target's, and a small body in
// one synchronous call costs a fraction of a zlib stream. It also stays off libuv's four threads, where it would wait
// behind slow name look-ups. Only a body that decodes to more than the limit goes through a stream, which stops there.

import { Buffer } from 'node:buffer';
import zlib from 'node:zlib';

/** What is left of a body in the end. `invalid`: its coding is broken, and `bytes` is what could be read of it. */
export interface DecodedBody {
  readonly bytes: Buffer;
  readonly truncated: boolean;
  readonly invalid: boolean;
}

/** The codings that `decodeBody` undoes, as an Accept-Encoding header. */
export const acceptedEncodings = 'gzip, deflate, br';

// RFC 9110 allows a list of codings. No honest server sends more than two, and each costs up to a limit's worth of work.
const mostCodings = 2;

export class BodyCollector {
  readonly #limit: number;
  /** As large as what has come, or up to twice as large: a Buffer for each chunk would take a hundred times the bytes of the smallest ones. */
  #memory: Buffer = Buffer.alloc(0);
  #bytes = 0;
  /** True once more than the limit has come in. */
  truncated = false;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Keeps a copy of what fits; false once the limit is passed. */
  add(chunk: Buffer): boolean {
    const room = this.#limit - this.#bytes;
    this.truncated = chunk.length > room;
    const fitting = this.truncated ? chunk.subarray(0, room) : chunk;
    // Nearly all bodies come as one chunk.
    if (this.#bytes === 0) this.#memory = Buffer.from(fitting);
    else {
      this.#makeRoom(this.#bytes + fitting.length);
      fitting.copy(this.#memory, this.#bytes);
    }
    this.#bytes += fitting.length;
    return !this.truncated;
  }

  take(): Buffer {
    return this.#memory.subarray(0, this.#bytes);
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#memory.length) return;
    const larger = Buffer.allocUnsafe(Math.min(this.#limit, Math.max(bytes, 2 * this.#memory.length)));
    this.#memory.copy(larger, 0, 0, this.#bytes);
    this.#memory = larger;
  }
}

/**
 * Undoes `contentEncoding`, stopping at `limitBytes`. `cut` says that `raw` is only the beginning of what was sent, so
 * that a sudden end is no error. Codings that are not known are left as they are, as browsers do: some servers put a
 * character set there. Never throws or rejects.
 */
export function decodeBody(
  raw: Buffer,
  contentEncoding: string,
  cut: boolean,
  limitBytes: number,
): DecodedBody | Promise<DecodedBody> {
  const whole: DecodedBody = { bytes: raw, truncated: false, invalid: false };
  if (contentEncoding === '' || raw.length === 0) return whole;
  const codings = contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => decoders.has(coding))
    .reverse();
  if (codings.length === 0) return whole;
  if (codings.length > mostCodings) return { bytes: Buffer.alloc(0), truncated: false, invalid: true };
  return decodeAll(whole, codings, cut, limitBytes);
}

function decodeAll(
  body: DecodedBody,
  codings: readonly string[],
  cut: boolean,
  limitBytes: number,
): DecodedBody | Promise<DecodedBody> {
  const [coding, ...others] = codings;
  if (coding === undefined || body.invalid) return body;
  const next = decodeOne(body.bytes, coding, cut, limitBytes);
  const rest = (one: DecodedBody) => decodeAll(one, others, cut || one.truncated, limitBytes);
  return next instanceof Promise ? next.then(rest) : rest(next);
}

interface Decoder {
  readonly sync: (raw: Buffer, options: zlib.ZlibOptions & zlib.BrotliOptions) => Buffer;
  readonly stream: (options: zlib.ZlibOptions & zlib.BrotliOptions) => zlib.Gunzip | zlib.BrotliDecompress;
  /** The flush mode that hands out what there is when the input ends in the middle. */
  readonly lenient: number;
}

const gzip: Decoder = {
  sync: zlib.gunzipSync,
  stream: zlib.createGunzip,
  lenient: zlib.constants.Z_SYNC_FLUSH,
};
const brotli: Decoder = {
  sync: zlib.brotliDecompressSync,
  stream: zlib.createBrotliDecompress,
  lenient: zlib.constants.BROTLI_OPERATION_FLUSH,
};
const zlibDeflate: Decoder = { sync: zlib.inflateSync, stream: zlib.createInflate, lenient: gzip.lenient };
const rawDeflate: Decoder = { sync: zlib.inflateRawSync, stream: zlib.createInflateRaw, lenient: gzip.lenient };

// RFC 9110 means the zlib format by "deflate"; some servers send raw deflate data, which never starts like that.
const decoders = new Map<string, (raw: Buffer) => Decoder>([
  ['gzip', () => gzip],
  ['x-gzip', () => gzip],
  ['br', () => brotli],
  ['deflate', (raw) => (((raw[0] ?? 0) & 0x0f) === 8 ? zlibDeflate : rawDeflate)],
]);

function decodeOne(raw: Buffer, coding: string, cut: boolean, limitBytes: number): DecodedBody | Promise<DecodedBody> {
  const decoder = decoders.get(coding)?.(raw);
  if (!decoder) return { bytes: raw, truncated: false, invalid: false };
  const options = cut ? { finishFlush: decoder.lenient } : {};
  try {
    return { bytes: decoder.sync(raw, { ...options, maxOutputLength: limitBytes }), truncated: false, invalid: false };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      return decodeBeginning(raw, decoder, limitBytes);
    return { bytes: Buffer.alloc(0), truncated: false, invalid: true };
  }
}

/** For a body that decodes to more than the limit: its first `limitBytes` bytes, and no work beyond them. */
function decodeBeginning(raw: Buffer, decoder: Decoder, limitBytes: number): Promise<DecodedBody> {
  return new Promise((resolve) => {
    const collector = new BodyCollector(limitBytes);
    const stream = decoder.stream({ finishFlush: decoder.lenient });
    stream.on('data', (chunk: Buffer) => {
      if (!collector.add(chunk)) stream.destroy();
    });
    // Destroyed, ended or broken: in each case the stream closes.
    stream.on('error', () => stream.destroy());
    stream.on('close', () => resolve({ bytes: collector.take(), truncated: collector.truncated, invalid: false }));
    stream.end(raw);
  });
}
