// How the server's certificate is verified, and the one that the worker shows.

import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { type TlsOptions, tlsVersions } from '../../domain/check-options.ts';
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
      cert: secretText(rules, pem('a certificate in PEM', 'CERTIFICATE')),
      key: secretText(rules, { ...pem('a private key in PEM', '[A-Z ]*PRIVATE KEY'), secret: true }),
    },
    certificateExample,
    { certificate: 'cert', private_key: 'key', cert_file: 'cert', key_file: 'key' },
  );
  return mapping(
    {
      server_name: z.string(wrongType('a host name such as shop.example')).transform(hostNameOf).optional(),
      ca: secretText(rules, pem('certificates in PEM', 'CERTIFICATE')).optional(),
      crl: secretText(rules, pem('revocation lists in PEM', 'X509 CRL')).optional(),
      certificate: certificate.optional(),
      insecure_skip_verify: truth().optional(),
      min_version: choice(tlsVersions, writtenVersion).optional(),
      max_version: choice(tlsVersions, writtenVersion).optional(),
    },
    tlsExample,
    synonyms,
  ).transform(({ insecure_skip_verify, ...given }, context): TlsOptions | undefined => {
    const { min_version, max_version } = given;
    if (min_version !== undefined && max_version !== undefined && min_version > max_version) {
      return reject(context, `'${max_version}' is below min_version, ${min_version}`, ['max_version']);
    }
    if (!insecure_skip_verify) return withoutEmpty(given);
    const verified = given.ca === undefined ? 'crl' : 'ca';
    if (given[verified] !== undefined) {
      const why = `skips all verifying, so that ${verified} would go for nothing; give one of them`;
      return reject(context, why, ['insecure_skip_verify']);
    }
    return { ...withoutEmpty(given), insecure_skip_verify };
  });
}

/** YAML reads 1.0 as the number 1. */
function writtenVersion(given: string): string {
  const version = given.replace(/^tlsv?/, '');
  return version === '1' ? '1.0' : version;
}

function pem(what: string, label: string): SecretTextRules {
  const shape = new RegExp(`-----BEGIN ${label}-----[^]*-----END ${label}-----`);
  return {
    what,
    longest: longestPem,
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
