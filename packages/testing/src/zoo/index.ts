// The zoo: every way in which a server is known to be bad, each with the one result that a check of it must have.

import type { Animal } from './animal.ts';
import { bodyAnimals } from './bodies.ts';
import { connectionAnimals } from './connections.ts';
import { httpAnimals } from './http.ts';
import { nameAnimals } from './names.ts';
import { redirectAnimals } from './redirects.ts';
import { certificateAnimals } from './tls-certificates.ts';
import { protocolAnimals } from './tls-protocols.ts';

export { type Animal, type Visit, zooNetworks } from './animal.ts';

export const zoo: Readonly<Record<string, readonly Animal[]>> = {
  'names and addresses': nameAnimals,
  'below HTTP': connectionAnimals,
  HTTP: httpAnimals,
  bodies: bodyAnimals,
  redirects: redirectAnimals,
  certificates: certificateAnimals,
  protocols: protocolAnimals,
};
