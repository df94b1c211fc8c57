// What the worker itself is short of. It says nothing about a target.

import { closeSync, openSync } from 'node:fs';
import net from 'node:net';
import { devNull } from 'node:os';

const shortages = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

export function isOwnShortage(error: unknown): boolean {
  const { code, address } = (error ?? {}) as Partial<Record<'code' | 'address', unknown>>;
  if (typeof code !== 'string') return false;
  // No port is left to connect from. Of an IPv6 address it may also mean that there is no IPv6 here.
  if (code === 'EADDRNOTAVAIL') return typeof address === 'string' && net.isIPv4(address);
  return shortages.has(code);
}

/** Whether no file can be opened at this moment. */
export function isShortOfDescriptors(): boolean {
  try {
    closeSync(openSync(devNull, 'r'));
    return false;
  } catch {
    return true;
  }
}
