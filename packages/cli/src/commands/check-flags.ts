// The flags that say how a check is made and what counts as up, for every command that takes a URL; named as curl does where
// curl has the same. What they mean is the same as in a targets file: check-flags-input.ts makes the one of the other.

import type { TargetLabels } from '@everytick/core';
import { type Command, Option } from 'commander';
import { repeatable } from './repeatable-option.ts';

export { checkOptionsInputOf } from './check-flags-input.ts';

export interface CheckFlags {
  readonly method?: string;
  readonly header?: readonly string[];
  readonly data?: string;
  readonly user?: string;
  readonly bearer?: string;
  readonly oauth2TokenUrl?: string;
  readonly oauth2ClientId?: string;
  readonly oauth2ClientSecret?: string;
  readonly oauth2Scope?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly cacert?: string;
  readonly crl?: string;
  readonly insecure?: true;
  readonly serverName?: string;
  readonly tlsMin?: string;
  readonly tlsMax?: string;
  readonly httpVersion?: string;
  readonly proxy?: string;
  readonly ipFamily?: string;
  readonly dnsServer?: string;
  readonly dnsCache?: true;
  readonly reuseConnection?: true;
  /** Commander has it true where --no-follow is not given. */
  readonly follow?: boolean;
  readonly maxRedirects?: string;
  readonly traceparent?: true;
  readonly status?: readonly string[];
  readonly finalUrl?: string;
  readonly bodyMatches?: readonly string[];
  readonly bodyNotMatches?: readonly string[];
  readonly headerMatches?: readonly string[];
  readonly headerNotMatches?: readonly string[];
  readonly jsonPath?: readonly string[];
  readonly minBody?: string;
  readonly maxBody?: string;
  readonly degradedAbove?: string;
  readonly downAbove?: string;
  readonly certificateDays?: string;
  readonly requireTls?: true;
  /** Only where something is edited. */
  readonly unset?: readonly string[];
}

interface CheckFlag {
  readonly flags: string;
  readonly help: string;
  /** What of the options it says, as `TargetLabels` writes paths. */
  readonly paths: readonly string[];
  readonly repeatable?: true;
  /** Shown even where help is to be short. */
  readonly common?: true;
}

const groups: Readonly<Record<string, readonly CheckFlag[]>> = {
  'What is sent:': [
    {
      flags: '-X, --method <method>',
      help: 'GET (default), HEAD, POST, PUT, PATCH, DELETE, OPTIONS, ...',
      paths: ['method'],
      common: true,
    },
    {
      flags: '-H, --header <line>',
      help: "'Name: value'; the value may be a REF; again for one more",
      paths: ['headers'],
      repeatable: true,
      common: true,
    },
    { flags: '-d, --data <text|@file>', help: 'the body, or the file that has it now', paths: ['body'] },
    { flags: '--user <name:REF>', help: 'basic authentication', paths: ['auth.basic'], common: true },
    { flags: '--bearer <REF>', help: 'a bearer token', paths: ['auth.bearer'], common: true },
    {
      flags: '--oauth2-token-url <url>',
      help: 'OAuth2 client credentials: where tokens are given out',
      paths: ['auth.oauth2', 'auth.oauth2.token_url'],
    },
    { flags: '--oauth2-client-id <id>', help: 'who asks for them', paths: ['auth.oauth2.client_id'] },
    { flags: '--oauth2-client-secret <REF>', help: 'and with what secret', paths: ['auth.oauth2.client_secret'] },
    {
      flags: '--oauth2-scope <scope>',
      help: 'a scope to ask for; again for one more',
      paths: ['auth.oauth2.scopes'],
      repeatable: true,
    },
  ],
  'TLS:': [
    {
      flags: '--cacert <file|REF>',
      help: 'certificates (PEM) to trust instead of the usual ones; a file is read now',
      paths: ['tls.ca'],
    },
    { flags: '--crl <file|REF>', help: 'revocation lists (PEM)', paths: ['tls.crl'] },
    {
      flags: '--cert <file|REF>',
      help: 'the certificate (PEM) to show',
      paths: ['tls.certificate', 'tls.certificate.cert'],
    },
    { flags: '--key <REF>', help: 'its private key (PEM)', paths: ['tls.certificate.key'] },
    {
      flags: '-k, --insecure',
      help: 'do not verify the certificate',
      paths: ['tls.insecure_skip_verify'],
      common: true,
    },
    {
      flags: '--server-name <name>',
      help: 'for SNI and for verifying (default: the host)',
      paths: ['tls.server_name'],
    },
    { flags: '--tls-min <version>', help: '1.0, 1.1, 1.2 (default) or 1.3', paths: ['tls.min_version'] },
    { flags: '--tls-max <version>', help: '1.0, 1.1, 1.2 or 1.3 (default)', paths: ['tls.max_version'] },
  ],
  'Connection:': [
    {
      flags: '--http-version <version>',
      help: '1.1 (default), 2, or auto: what the server chooses',
      paths: ['http_version'],
    },
    { flags: '--proxy <url|REF>', help: 'http://, socks5:// or socks5h://', paths: ['proxy'] },
    {
      flags: '--ip-family <family>',
      help: '4, 6, prefer_4, prefer_6, or race: both at once (default)',
      paths: ['ip_family'],
    },
    {
      flags: '--dns-server <address>',
      help: 'ask this server, such as 1.1.1.1 or [2606:4700::1111]:53',
      paths: ['dns.server'],
    },
    { flags: '--dns-cache', help: 'keep answers as long as their records say', paths: ['dns.cache'] },
    { flags: '--reuse-connection', help: 'keep the connection for the next check', paths: ['reuse_connection'] },
    { flags: '--no-follow', help: 'follow no redirects', paths: ['redirects', 'redirects.follow'], common: true },
    { flags: '--max-redirects <count>', help: '0 to 20 (default: 5)', paths: ['redirects.max'] },
    {
      flags: '--traceparent',
      help: "send the traceparent of the check's span, where workers trace",
      paths: ['traceparent'],
    },
  ],
  'What counts as up (all of it):': [
    {
      flags: '--status <codes>',
      help: 'such as 200, 2xx, 200-299, or several: 200,404 (default: 2xx)',
      paths: ['expect.status'],
      repeatable: true,
      common: true,
    },
    { flags: '--final-url <url>', help: 'where redirects end', paths: ['expect.final_url'] },
    {
      flags: '--body-matches <regex>',
      help: 'the body matches; again for one more, as with all that match',
      paths: ['expect.body', 'expect.body.*.matches'],
      repeatable: true,
    },
    {
      flags: '--body-not-matches <regex>',
      help: 'the body does not match',
      paths: ['expect.body.*.not_matches'],
      repeatable: true,
      common: true,
    },
    {
      flags: '--header-matches <line>',
      help: "'Name: regex': a header is there and matches",
      paths: ['expect.headers', 'expect.headers.*.matches'],
      repeatable: true,
    },
    {
      flags: '--header-not-matches <line>',
      help: "'Name: regex': it is absent or does not match",
      paths: ['expect.headers.*.not_matches'],
      repeatable: true,
    },
    {
      flags: '--json-path <test>',
      help: "'$.status == ok', with == != > >= < <= =~ !~; a path alone: it is there",
      paths: ['expect.json'],
      repeatable: true,
      common: true,
    },
    { flags: '--min-body <bytes>', help: 'at least so many', paths: ['expect.body_size.min'] },
    { flags: '--max-body <bytes>', help: 'at most so many', paths: ['expect.body_size', 'expect.body_size.max'] },
    {
      flags: '--degraded-above <duration>',
      help: 'a longer response time is degraded',
      paths: ['expect.degraded_above'],
      common: true,
    },
    {
      flags: '--down-above <duration>',
      help: 'a longer response time is down',
      paths: ['expect.down_above'],
      common: true,
    },
    {
      flags: '--certificate-days <days>',
      help: 'every certificate of the chain is valid for so much longer',
      paths: ['expect.certificate_days'],
      common: true,
    },
    { flags: '--require-tls', help: 'the last response comes over TLS', paths: ['expect.tls'] },
  ],
};

/** What REF is: to be shown below the help of commands with these flags. */
export const referenceHelp = `
A REF is where workers find a secret, so that it is stored nowhere else:
env:EVERYTICK_SECRET_SHOP or file:/run/secrets/shop. A regex is in RE2 syntax.`;

/**
 * Adds all of them. `brief`: only the most used are shown in the help.
 */
export function addCheckFlags(command: Command, { brief = false }: { readonly brief?: boolean } = {}): Command {
  for (const [group, flags] of Object.entries(groups)) {
    for (const { flags: written, help, repeatable: again, common } of flags) {
      const option = new Option(written, help).helpGroup(group).hideHelp(brief && !common);
      command.addOption(again ? option.argParser(repeatable) : option);
    }
  }
  return command;
}

const all = Object.values(groups).flat();

function longName({ flags }: CheckFlag): string {
  return /--[a-z0-9-]+/.exec(flags)?.[0] ?? flags;
}

/** What users know the options as, on the command line. */
export const checkFlagLabels: TargetLabels = {
  auth: '--user, --bearer, --oauth2-token-url',
  tls: '--cert, --cacert, --insecure',
  'headers.*': '--header *',
  ...Object.fromEntries(all.flatMap((flag) => flag.paths.map((path) => [path, longName(flag)]))),
};

/** Those that were given, as users wrote them. */
export function givenCheckFlags(flags: CheckFlags): string[] {
  return all.filter((flag) => isGiven(flags, flag)).map(longName);
}

function isGiven(flags: CheckFlags, flag: CheckFlag): boolean {
  const { negate } = new Option(flag.flags);
  const value = flags[new Option(flag.flags).attributeName() as keyof CheckFlags];
  return negate ? value === false : value !== undefined;
}
