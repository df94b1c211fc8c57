// The server's own log: a file beside its data, of which errors quote the end.

import { existsSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';

const ROTATE_ABOVE_BYTES = 10_000_000;
const TAIL_BYTES = 4_000;

export function logFileOf(home: string): string {
  return join(home, 'server.log');
}

/** Keeps one older file, so that the logs of a server that restarts for years stay small. */
export async function rotateLog(file: string): Promise<void> {
  if (logSize(file) > ROTATE_ABOVE_BYTES) await rename(file, `${file}.1`);
}

export function logSize(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

/** The end of what was logged since the file had `fromByte` bytes. */
export async function readLogSince(file: string, fromByte: number): Promise<string> {
  const start = Math.max(fromByte, logSize(file) - TAIL_BYTES);
  const log = await open(file).catch(() => undefined);
  if (log === undefined) return '';
  try {
    const { buffer, bytesRead } = await log.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, start);
    return buffer.toString('utf8', 0, bytesRead).trim();
  } finally {
    await log.close();
  }
}
