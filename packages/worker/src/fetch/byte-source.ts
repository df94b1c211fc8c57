// Where a plain connection's bytes come from: one buffer that all sockets read into, in turns, instead of 64 KiB for each
// read and a stream to hand them on. What is read is good until the next read of any socket.

import { Buffer } from 'node:buffer';
import type { OnReadOpts } from 'node:net';

export interface ByteSource {
  /** Hears of bytes that have come; what comes before it is set is lost, so it is set when the connection stands. */
  onBytes: ((bytes: Buffer) => void) | null;
}

const shared = Buffer.allocUnsafe(64 * 1024);

/** The option of `net.connect` that makes a socket read for this source. */
export function readingFor(source: ByteSource): OnReadOpts {
  return {
    buffer: shared,
    callback: (length) => {
      source.onBytes?.(shared.subarray(0, length));
      return true;
    },
  };
}
