// By which way and in which version of HTTP the worker reaches the server.

import { isIP } from 'node:net';
import { z } from 'zod';
import { type DnsOptions, httpVersions, ipFamilies, type RedirectOptions } from '../../domain/check-options.ts';
import { choice, longestText, reject, shown, truth, wholeNumber, wrongType } from '../field-rules.ts';
import { mapping, withoutEmpty } from '../mapping.ts';
import { defaultSecretExamples, type TargetRules } from '../target-rules.ts';
import { secretTextOf } from './secret-text.ts';

const defaultMaxRedirects = 5;
const mostRedirects = 20;

const serverExample = 'an IP address, with a port or without: 1.1.1.1, 1.1.1.1:5353, [2606:4700::1111]:53';
const proxyExample = 'a URL such as http://proxy.example:3128, socks5://127.0.0.1:1080 or socks5h://127.0.0.1:1080';

export function connectionOptionsWith(rules: TargetRules) {
  return {
    http_version: choice(httpVersions, (given) => given.replace(/^http\/|^h(?=2)|\.0$/g, '')),
    proxy: z
      .custom<string | { readonly env: string } | { readonly file: string }>(() => true)
      .transform((given, context) => {
        const refuse = (problem: string) => reject(context, problem);
        const text = secretTextOf(given, rules, { what: proxyExample, longest: longestText }, refuse);
        return typeof text === 'string' ? proxyUrlOf(text, rules, refuse) : text;
      }),
    ip_family: choice(ipFamilies, (given) => given.replace(/^(ip)?v(?=[46])/, '').replaceAll('-', '_')),
    dns: mapping(
      {
        server: z.string(wrongType(serverExample)).transform(dnsServerOf).optional(),
        cache: truth().optional(),
      },
      'a mapping such as {server: 1.1.1.1}',
      { servers: 'server', nameserver: 'server', resolver: 'server' },
    ).transform(({ server, cache }): DnsOptions | undefined => withoutEmpty({ server, cache: cache || undefined })),
    reuse_connection: truth(),
    redirects: mapping(
      {
        follow: truth().optional(),
        max: wholeNumber(0, mostRedirects, 'redirects').optional(),
      },
      'a mapping such as {follow: false} or {max: 3}',
      { limit: 'max', maximum: 'max', count: 'max', enabled: 'follow', follow_redirects: 'follow' },
    ).transform(({ follow = true, max }): RedirectOptions | undefined => {
      // How many does not matter where none is followed.
      if (!follow) return { follow };
      return max === undefined || max === defaultMaxRedirects ? undefined : { max };
    }),
  };
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
