// Whether this machine has an IPv6 address with which it could reach others.

import os from 'node:os';

const LOOK_AGAIN_MS = 10_000;

let lookedAtMs = Number.NEGATIVE_INFINITY;
let found = false;

/** True if an interface has an address that is neither of the loopback nor link-local, as AI_ADDRCONFIG means it. */
export function hasGlobalIpv6(): boolean {
  const nowMs = performance.now();
  if (nowMs - lookedAtMs >= LOOK_AGAIN_MS) {
    lookedAtMs = nowMs;
    found = Object.values(os.networkInterfaces()).some((addresses) =>
      addresses?.some(({ family, internal, address }) => family === 'IPv6' && !internal && !/^fe[89ab]/i.test(address)),
    );
  }
  return found;
}
