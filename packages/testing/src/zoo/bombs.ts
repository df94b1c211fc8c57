// Small bodies that unpack to large ones, made without ever holding the large one.

import { Buffer } from 'node:buffer';
import zlib from 'node:zlib';

const blockMegabytes = 8;
const block = Buffer.alloc(blockMegabytes * 1_048_576);

/** A gzip file of `megabytes` MiB of zeros (RFC 1952), to the next 8, in about a thousandth of that. */
export function gzipOfZeros(megabytes: number): Buffer {
  const blocks = Math.ceil(megabytes / blockMegabytes);
  // A full flush ends on a byte and refers to nothing before it, so the same deflated block can stand again and again.
  const deflated = zlib.deflateRawSync(block, { level: 9, finishFlush: zlib.constants.Z_FULL_FLUSH });
  let checksum = 0;
  for (let i = 0; i < blocks; i += 1) checksum = zlib.crc32(block, checksum);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE((blocks * block.length) % 2 ** 32, 4);
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  const end = zlib.deflateRawSync(Buffer.alloc(0));
  return Buffer.concat([header, ...Array.from({ length: blocks }, () => deflated), end, trailer]);
}

/** `megabytes` MiB of zeros, to the next 8, in a few thousandths of that. */
export async function brotliOfZeros(megabytes: number): Promise<Buffer> {
  const { BROTLI_PARAM_QUALITY } = zlib.constants;
  const stream = zlib.createBrotliCompress({ params: { [BROTLI_PARAM_QUALITY]: 1 } });
  const packed = stream.toArray();
  for (let written = 0; written < megabytes; written += blockMegabytes) {
    // One block at a time: waiting for each keeps a gigabyte from standing in the queue.
    await new Promise<void>((resolve, reject) => stream.write(block, (error) => (error ? reject(error) : resolve())));
  }
  stream.end();
  return Buffer.concat(await packed);
}
