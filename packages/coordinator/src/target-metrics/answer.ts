// The text of one answer while it is being written: those who asked for it meanwhile read the same one, each at its own pace,
// and what has been written already is not written again for anybody.
//
// It is kept as Prometheus asks for it, compressed, which is a seventeenth: 2 MB for 10,000 targets. Text is collected in pieces,
// and each is compressed by itself, on several of libuv's threads at a time, while the next ones are being written. Pieces of
// deflate that each end at a byte, one after the other, are one stream of deflate (RFC 1951, section 3.2.3): readers see a
// gzip file of a single member, as pigz makes it, for not all of them read several.
//
// The same few buffers hold one piece after the other. Compressing 34 MB takes 40 ms where they do, and up to 200 ms where each
// piece has new memory, which the system hands out page by page.

import { Buffer } from 'node:buffer';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

const compress = promisify<Buffer, Parameters<typeof deflateRaw>[1], Buffer>(deflateRaw);

/** Bytes of text. */
const PIECE = 1024 * 1024;
/** Pieces at a time: one that is being written, and those that are being compressed. */
const PIECES = 3;
/** Of one character, in UTF-8, by what JavaScript counts as characters. */
const LONGEST_CHARACTER = 3;
/** RFC 1952, section 2.3: deflate, no name, no time, compressed fast, from a system that is nobody's business. */
const HEADER = Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255);
/** The last block of the stream, empty. */
const LAST_BLOCK = Buffer.of(3, 0);

/** Iterates over the compressed bytes, from the beginning. */
export class Answer implements AsyncIterable<Buffer> {
  readonly #compressed: Promise<Buffer>[] = [Promise.resolve(HEADER)];
  /** Resolves when there is another piece, or all of them. */
  #more = Promise.withResolvers<void>();
  #ended = false;
  /** Of all pieces, and of those that no longer hold text. */
  readonly #buffers: Promise<Buffer>[] = Array.from({ length: PIECES }, async () => Buffer.allocUnsafeSlow(PIECE));
  #piece: Buffer | undefined;
  #filled = 0;
  /** Of the text, to here. */
  #checksum = 0;
  #bytes = 0;

  /** A piece has to have room for it, whatever its characters are. Resolves when there is room for more. */
  async write(text: string): Promise<void> {
    if (LONGEST_CHARACTER * text.length > PIECE)
      throw new RangeError(`${text.length} characters at a time are too many`);
    if (this.#filled + LONGEST_CHARACTER * text.length > PIECE) this.#compressPiece();
    this.#piece ??= await this.#buffers.shift();
    this.#filled += this.#piece?.write(text, this.#filled) ?? 0;
  }

  /** There comes no more. */
  end(): void {
    this.#compressPiece();
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(this.#checksum, 0);
    trailer.writeUInt32LE(this.#bytes % 2 ** 32, 4);
    this.#ended = true;
    this.#push(Promise.resolve(Buffer.concat([LAST_BLOCK, trailer])));
  }

  /** It cannot be completed: none of its readers shall take it for complete. */
  fail(error: Error): void {
    this.#ended = true;
    this.#push(Promise.reject(error));
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Buffer> {
    for (let next = 0; ; next++) {
      while (next === this.#compressed.length && !this.#ended) await this.#more.promise;
      const piece = this.#compressed[next];
      if (piece === undefined) return;
      yield await piece;
    }
  }

  #compressPiece(): void {
    const piece = this.#piece;
    if (piece === undefined) return;
    const text = piece.subarray(0, this.#filled);
    this.#checksum = crc32(text, this.#checksum);
    this.#bytes += text.length;
    const compressed = compress(text, { level: constants.Z_BEST_SPEED, finishFlush: constants.Z_SYNC_FLUSH });
    this.#push(compressed);
    this.#buffers.push(compressed.then(() => piece));
    this.#piece = undefined;
    this.#filled = 0;
  }

  #push(piece: Promise<Buffer>): void {
    // Readers hear of the error, and whoever writes; there may be none of either.
    piece.catch(() => undefined);
    this.#compressed.push(piece);
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }
}
