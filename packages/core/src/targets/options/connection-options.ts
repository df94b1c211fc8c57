// By which way and in which version of HTTP the worker reaches the server.

import { isIP } from 'node:net';
import { z } from 'zod';
import {
  type DnsOptions,
  httpVersions,
  ipFamilies,
  longestSocksText,
  type RedirectOptions,
} from '../../domain/check-options.ts';
import { percentDecoded } from '../../domain/percent-decoded.ts';
import { described, writtenAs } from '../described.ts';
import { choice, longestText, reject, shown, truth, wholeNumber, wrongType } from '../field-rules.ts';
import { mapping, withoutEmpty } from '../mapping.ts';
import { defaultSecretExamples, type TargetRules } from '../target-rules.ts';
import { inAnyCase, noPassword, textOrReference } from '../written-forms.ts';
import { secretTextOf } from './secret-text.ts';

const defaultMaxRedirects = 5;
const mostRedirects = 20;

const serverExample = 'an IP address, with a port or without: 1.1.1.1, 1.1.1.1:5353, [2606:4700::1111]:53';
const proxyExample = 'a URL such as http://proxy.example:3128, socks5://127.0.0.1:1080 or socks5h://127.0.0.1:1080';

const versionSpellings = {
  read: (given: string) => given.replace(/^http\/|^h(?=2)|\.0$/g, ''),
  pattern: '(http/|h(?=2))?(1\\.1|2|auto)(\\.0)?',
};
const familySpellings = {
  read: (given: string) => given.replace(/^(ip)?v(?=[46])/, '').replaceAll('-', '_'),
  pattern: '((ip)?v)?[46]|prefer[-_][46]|race',
};

export function connectionOptionsWith(rules: TargetRules) {
  return {
    http_version: described(choice(httpVersions, versionSpellings), {
      description: 'The version of HTTP: 1.1, 2 (https only), or auto: what the server chooses.',
      default: '1.1',
    }),
    proxy: described(writtenAs(proxy(rules), writtenProxy(rules)), {
      description:
        'The proxy that the request goes through. With http and socks5h the proxy resolves the name, with socks5 the worker.',
      allowed: 'http://, socks5://, socks5h://, with host and port: text or reference; one with a password: reference',
      otherwise: 'none',
      examples: ['http://proxy.example:3128', 'socks5h://127.0.0.1:1080'],
    }),
    ip_family: described(choice(ipFamilies, familySpellings), {
      description:
        '4 and 6: only addresses of that family. prefer_4, prefer_6: the other family where there is none. race: both at once.',
      default: 'race',
    }),
    dns: described(dnsOptions(), { description: 'How the name of the server is looked up.' }),
    reuse_connection: described(truth(), {
      description: 'Keeps the connection for the next check, which then measures neither DNS nor connect nor TLS.',
      default: false,
    }),
    redirects: described(redirectOptions(), {
      description: 'What is done with redirects.',
      examples: [{ max: 2 }, { follow: false }],
    }),
  };
}

function dnsOptions() {
  return mapping(
    {
      server: described(
        writtenAs(z.string(wrongType(serverExample)).transform(dnsServerOf), {
          type: 'string',
          pattern: '^\\s*[0-9A-Fa-f.:\\[\\]]+\\s*$',
        }),
        {
          description: 'The DNS server to ask.',
          allowed: 'an IP address, with a port or without',
          otherwise: 'those of the system',
          examples: ['1.1.1.1', '1.1.1.1:5353', '[2606:4700::1111]:53'],
        },
      ).optional(),
      cache: described(truth(), {
        description: 'Keeps answers as long as their records say, instead of asking at each check.',
        default: false,
      }).optional(),
    },
    'a mapping such as {server: 1.1.1.1}',
    { servers: 'server', nameserver: 'server', resolver: 'server' },
  ).transform(({ server, cache }): DnsOptions | undefined => withoutEmpty({ server, cache: cache || undefined }));
}

function redirectOptions() {
  return mapping(
    {
      follow: described(truth(), {
        description: 'Whether redirects are followed; where not, the first answer counts.',
        default: true,
      }).optional(),
      max: described(wholeNumber(0, mostRedirects, 'redirects'), {
        description: 'How many redirects are followed; one more ends the check as `redirect_limit`.',
        default: defaultMaxRedirects,
      }).optional(),
    },
    'a mapping such as {follow: false} or {max: 3}',
    { limit: 'max', maximum: 'max', count: 'max', enabled: 'follow', follow_redirects: 'follow' },
  ).transform(({ follow = true, max }): RedirectOptions | undefined => {
    // How many does not matter where none is followed.
    if (!follow) return { follow };
    return max === undefined || max === defaultMaxRedirects ? undefined : { max };
  });
}

function proxy(rules: TargetRules) {
  return z
    .custom<string | { readonly env: string } | { readonly file: string }>(() => true)
    .transform((given, context) => {
      const refuse = (problem: string) => reject(context, problem);
      const text = secretTextOf(given, rules, { what: proxyExample, longest: longestText }, refuse);
      return typeof text === 'string' ? proxyUrlOf(text, rules, refuse) : text;
    });
}

function writtenProxy(rules: TargetRules) {
  const password = rules.literalSecrets === 'allowed' ? '' : noPassword;
  const scheme = `(${inAnyCase('http')}|${inAnyCase('socks')}5[hH]?)`;
  return textOrReference({ maxLength: longestText, pattern: `^\\s*${scheme}:${password}` });
}

function proxyUrlOf(given: string, rules: TargetRules, refuse: (problem: string) => never): string {
  const trimmed = given.trim();
  const url = URL.canParse(trimmed) ? new URL(trimmed) : null;
  if (url === null || !/^(http|socks5h?):$/.test(url.protocol) || url.hostname === '') {
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1];
    const what = scheme === undefined ? 'is no URL' : `is no URL of a proxy that can be used (${shown(scheme)}:)`;
    return refuse(`${what}; it has to be ${proxyExample}`);
  }
  if (url.password !== '' && rules.literalSecrets !== 'allowed') {
    const { reference } = rules.secretExamples ?? defaultSecretExamples;
    return refuse(`has a password in it, which would be stored; give the whole URL as a reference: ${reference}`);
  }
  const isTooLong = (text: string) => Buffer.byteLength(percentDecoded(text)) > longestSocksText;
  if (url.protocol !== 'http:' && (isTooLong(url.username) || isTooLong(url.password))) {
    return refuse(`has a user or a password of more than ${longestSocksText} bytes, which SOCKS has no room for`);
  }
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') {
    return refuse(`has something behind the host and the port; it has to be ${proxyExample}`);
  }
  const user = url.username === '' ? '' : `${url.username}${url.password === '' ? '' : `:${url.password}`}@`;
  return `${url.protocol}//${user}${url.host}`;
}

function dnsServerOf(given: string, context: z.RefinementCtx): string {
  const trimmed = given.trim();
  const [, inBrackets, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(trimmed) ?? [];
  const address = isIP(trimmed) === 6 ? trimmed : (inBrackets ?? plain ?? '');
  const port = isIP(trimmed) === 6 || digits === undefined ? 53 : Number(digits);
  const family = isIP(address);
  const rightBrackets = inBrackets === undefined || family === 6;
  if (family === 0 || address.includes('%') || !rightBrackets || port < 1 || port > 65_535) {
    return reject(context, `'${shown(given)}' is no address of a DNS server; it has to be ${serverExample}`);
  }
  // As URLs write addresses: in the shortest form.
  const host = family === 6 ? new URL(`http://[${address}]`).hostname : address;
  if (port !== 53) return `${host}:${port}`;
  return family === 6 ? host.slice(1, -1) : host;
}
