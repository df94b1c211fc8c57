// Bad certificates: out of date, out of place, without their chain, revoked. And good ones beside them, to show the
// difference.

import { createCertificateAuthority, createSelfSignedCertificate } from '../certificates.ts';
import type { Animal } from './animal.ts';
import { type Authorities, handshake } from './handshake.ts';

const dayMs = 86_400_000;
const days = (count: number) => new Date(Date.now() + count * dayMs);

export const certificateAnimals: readonly Animal[] = [
  {
    name: 'shows a certificate that has expired',
    start: handshake({ certificate: ({ root }) => root.issue({ notBefore: days(-2), notAfter: days(-1) }) }),
    ends: 'tls_expired',
  },
  {
    name: 'shows a certificate from the future',
    start: handshake({ certificate: ({ root }) => root.issue({ notBefore: days(1), notAfter: days(2) }) }),
    ends: 'tls_not_yet_valid',
  },
  {
    name: 'shows a certificate that it signed itself',
    start: handshake({ certificate: () => createSelfSignedCertificate() }),
    ends: 'tls_self_signed',
  },
  {
    name: 'shows a certificate that it signed itself, to a target that verifies nothing',
    start: handshake({
      certificate: () => createSelfSignedCertificate(),
      tls: () => ({ insecure_skip_verify: true }),
    }),
    ends: 'up',
  },
  {
    name: 'shows a certificate for another name',
    start: handshake({ certificate: ({ root }) => root.issue({ names: ['other.test'], addresses: ['127.0.0.2'] }) }),
    ends: 'tls_wrong_name',
  },
  {
    name: 'shows a certificate for another name, which the target asks for',
    start: handshake({
      certificate: ({ root }) => root.issue({ names: ['other.test'], addresses: [] }),
      tls: () => ({ server_name: 'other.test' }),
    }),
    ends: 'up',
  },
  {
    name: 'shows a certificate of an authority that nobody trusts',
    start: handshake({ certificate: async () => (await createCertificateAuthority()).issue() }),
    ends: 'tls_untrusted',
  },
  { name: 'shows a certificate with its chain', start: handshake({ certificate: belowIntermediate }), ends: 'up' },
  {
    name: 'leaves out the intermediate certificate',
    start: handshake({ certificate: ({ intermediate }) => intermediate.issue({ alone: true }) }),
    ends: 'tls_untrusted',
  },
  {
    name: 'shows a certificate that was revoked, to a target that has the lists',
    start: handshake({
      certificate: belowIntermediate,
      tls: (zoo, shown) => lists(zoo, { ofIntermediate: [shown.cert] }),
    }),
    ends: 'tls_revoked',
  },
  {
    name: 'shows a certificate whose authority was revoked, to a target that has the lists',
    start: handshake({
      certificate: belowIntermediate,
      tls: (zoo) => lists(zoo, { ofRoot: [zoo.intermediate.cert] }),
    }),
    ends: 'tls_revoked',
  },
  {
    name: 'shows a certificate that is not on the lists of revoked ones',
    start: handshake({
      certificate: belowIntermediate,
      tls: async (zoo) => lists(zoo, { ofIntermediate: [(await zoo.intermediate.issue()).cert] }),
    }),
    ends: 'up',
  },
];

function belowIntermediate({ intermediate }: Authorities) {
  return intermediate.issue();
}

/** What the authorities have revoked. A chain is checked as a whole, so each of them has to have a list. */
async function lists(
  { root, intermediate }: Authorities,
  revoked: { readonly ofRoot?: readonly string[]; readonly ofIntermediate?: readonly string[] },
) {
  const crl = [
    await root.listRevoked(revoked.ofRoot ?? []),
    await intermediate.listRevoked(revoked.ofIntermediate ?? []),
  ];
  return { crl: crl.join('') };
}
