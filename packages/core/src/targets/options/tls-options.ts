// How the server's certificate is verified, and the one that the worker shows.

import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { type TlsOptions, tlsVersions } from '../../domain/check-options.ts';
import { described, writtenAs } from '../described.ts';
import { choice, reject, shown, truth, wrongType } from '../field-rules.ts';
import { mapping, withoutEmpty } from '../mapping.ts';
import type { TargetRules } from '../target-rules.ts';
import { type SecretTextRules, secretText } from './secret-text.ts';

const tlsExample = 'a mapping such as {ca: {file: /run/secrets/shop}}';
const certificateExample = 'a mapping such as {cert: {file: /run/secrets/shop}, key: {file: /run/secrets/shop}}';
const longestPem = 65_536;

const synonyms = {
  insecure: 'insecure_skip_verify',
  verify: 'insecure_skip_verify',
  skip_verify: 'insecure_skip_verify',
  ca_file: 'ca',
  cacert: 'ca',
  crl_file: 'crl',
  cert: 'certificate',
  client_certificate: 'certificate',
  cert_file: 'certificate',
  key: 'certificate',
  key_file: 'certificate',
  sni: 'server_name',
  servername: 'server_name',
  tls_min: 'min_version',
  tls_max: 'max_version',
  version: 'min_version',
};

export function tlsOptionsWith(rules: TargetRules) {
  const certificate = mapping(
    {
      cert: described(secretText(rules, pem('a certificate in PEM', 'CERTIFICATE')), {
        description: 'The certificate, and those that lead to its authority.',
        examples: [{ file: 'client.pem' }],
        allowed: 'PEM: text or reference',
      }),
      key: described(secretText(rules, { ...pem('a private key in PEM', '[A-Z ]*PRIVATE KEY'), secret: true }), {
        description: 'Its private key.',
        examples: [{ file: 'client.key' }],
        allowed: 'PEM: reference',
      }),
    },
    certificateExample,
    { certificate: 'cert', private_key: 'key', cert_file: 'cert', key_file: 'key' },
  );
  const options = mapping(
    {
      server_name: described(
        writtenAs(z.string(wrongType('a host name such as shop.example')).transform(hostNameOf), {
          type: 'string',
          pattern: '^\\s*[^\\s/:@]+\\s*$',
        }),
        {
          description: 'The host name for SNI and for verifying.',
          allowed: 'a host name, without port',
          otherwise: 'that of the `Host` header, else of the URL',
          examples: ['shop.example'],
        },
      ).optional(),
      ca: described(secretText(rules, pem('certificates in PEM', 'CERTIFICATE')), {
        description: 'Certificates to trust instead.',
        allowed: 'PEM: text or reference',
        otherwise: 'those that Node.js trusts',
        examples: [{ file: 'ca.pem' }],
      }).optional(),
      crl: described(secretText(rules, pem('revocation lists in PEM', 'X509 CRL')), {
        description: 'Lists of revoked certificates, one from each authority of the chain.',
        allowed: 'PEM: text or reference',
        otherwise: 'none',
      }).optional(),
      certificate: described(certificate, {
        description: 'The certificate that the worker shows.',
        otherwise: 'none',
      }).optional(),
      insecure_skip_verify: described(truth(), {
        description: 'Verifies nothing; not beside `ca` or `crl`.',
        default: false,
      }).optional(),
      min_version: described(choice(tlsVersions, versionSpellings), {
        description: 'The oldest version of TLS. Below 1.2 weak keys and signatures are accepted as well.',
        default: '1.2',
      }).optional(),
      max_version: described(choice(tlsVersions, versionSpellings), {
        description:
          'The newest version of TLS; the same as `min_version` to see whether a server still speaks an old one.',
        default: '1.3',
      }).optional(),
    },
    tlsExample,
    synonyms,
  ).transform(({ insecure_skip_verify, ...given }, context): TlsOptions | undefined => {
    const { min_version, max_version } = given;
    if (min_version !== undefined && max_version !== undefined && min_version > max_version) {
      return reject(context, `'${max_version}' is below min_version, ${min_version}`, ['max_version'], ['min_version']);
    }
    if (!insecure_skip_verify) return withoutEmpty(given);
    const verified = given.ca === undefined ? 'crl' : 'ca';
    if (given[verified] !== undefined) {
      const why = `skips all verifying, so that ${verified} would go for nothing; give one of them`;
      return reject(context, why, ['insecure_skip_verify'], [verified]);
    }
    return { ...withoutEmpty(given), insecure_skip_verify };
  });
  return described(options, {
    description: "How the server's certificate is verified, and the one that the worker shows.",
  });
}

/** YAML reads 1.0 as the number 1. */
const versionSpellings = {
  read: (given: string) => {
    const version = given.replace(/^tlsv?/, '');
    return version === '1' ? '1.0' : version;
  },
  pattern: '(tlsv?)?1(\\.[0-3])?',
};

function pem(what: string, label: string): SecretTextRules {
  const shape = new RegExp(`-----BEGIN ${label}-----[^]*-----END ${label}-----`);
  return {
    what,
    longest: longestPem,
    pattern: shape.source.replaceAll('[^]', '[\\s\\S]'),
    canonical: (literal) => `${literal.replaceAll('\r\n', '\n').trim()}\n`,
    problem: (literal) =>
      shape.test(literal)
        ? null
        : `is neither ${what} (with -----BEGIN ${label.replace(/^\[.*\]\*/, '')}-----) nor a reference`,
  };
}

function hostNameOf(given: string, context: z.RefinementCtx): string {
  const name = domainToASCII(given.trim()).toLowerCase();
  if (/^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(name)) {
    // A name of digits only would be taken for an address (domainToASCII makes one of it already).
    if (!/^[\d.]+$/.test(name)) return name;
  }
  return reject(context, `'${shown(given)}' is no host name; it has to be one such as shop.example, without port`);
}
