// What the truth server is to do with one check. All of it stands in the name that the check is for, so that whoever sees
// the name (in a question to DNS, in SNI, in a Host header, in a CONNECT request) knows how long to wait:
//
//   c17-n20-a0-p0-t100-f3-b300.timing.test

import type { Random } from '../chaos/random.ts';

/** Which delays there are, by the letter that stands for them in a name. */
const letters = { dnsMs: 'n', acceptMs: 'a', tunnelMs: 'p', tlsMs: 't', firstByteMs: 'f', bodyMs: 'b' } as const;

type Delays = { readonly [delay in keyof typeof letters]: number };

export interface CheckPlan extends Delays {
  readonly name: string;
  readonly scheme: 'http' | 'https';
  readonly proxied: boolean;
}

/** Certificates are made out to `*.timing.test`: no client accepts a wildcard for a whole top-level domain. */
export const zone = 'timing.test';

/** Each has a listener of its own, for a server does not know which check it is that it accepts. */
export const acceptDelaysMs: readonly number[] = [0, 20, 100];

/** `proxies`: whether some checks are to go through the proxy, which delays connecting. */
export function drawPlans(random: Random, count: number, proxies: boolean): CheckPlan[] {
  return Array.from({ length: count }, (_, index) => {
    const scheme = random.pick(['http', 'https'] as const);
    const proxied = random.fraction() < 0.2 && proxies;
    const delays: Delays = {
      // The proxy is given the name.
      dnsMs: proxied ? 0 : drawDelayMs(random),
      acceptMs: proxied || random.fraction() < 0.8 ? 0 : random.pick(acceptDelaysMs),
      tunnelMs: proxied ? drawDelayMs(random) : 0,
      tlsMs: scheme === 'https' ? drawDelayMs(random) : 0,
      firstByteMs: drawDelayMs(random),
      bodyMs: drawDelayMs(random),
    };
    return { ...delays, scheme, proxied, name: nameOf(index, delays) };
  });
}

/** Half of them too short to be noticed, where an error of a millisecond is most of what is measured. */
function drawDelayMs(random: Random): number {
  return random.pick([random.between(0, 5), random.between(0, 5), random.between(0, 5), 20, 100, 300]);
}

function nameOf(index: number, delays: Delays): string {
  const parts = Object.entries(letters).map(([delay, letter]) => `${letter}${delays[delay as keyof Delays]}`);
  return [`c${index}`, ...parts].join('-').concat('.', zone);
}

/** What a name says; null for one that is not of this zone. */
export function delaysIn(name: string): Delays | null {
  if (!name.toLowerCase().endsWith(`.${zone}`)) return null;
  const told = new Map(
    [...name.toLowerCase().matchAll(/-([a-z])(\d+)/g)].map(([, letter, ms]) => [letter, Number(ms)]),
  );
  const of = (delay: keyof Delays) => told.get(letters[delay]) ?? 0;
  return {
    dnsMs: of('dnsMs'),
    acceptMs: of('acceptMs'),
    tunnelMs: of('tunnelMs'),
    tlsMs: of('tlsMs'),
    firstByteMs: of('firstByteMs'),
    bodyMs: of('bodyMs'),
  };
}
