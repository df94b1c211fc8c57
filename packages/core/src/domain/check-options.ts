// How a check differs from a plain GET that wants a 2xx: the document that a target carries in `monitored_targets.options`.
// Its keys are those that users write, so that what is stored is what was said; targets/check-options-schema.ts checks and
// normalises it. Durations are text as in `duration.ts` ('500ms'), sizes are bytes.

/** Where the worker finds a secret: only the reference is stored. Which names are allowed is the worker's to say. */
export type SecretReference = { readonly env: string } | { readonly file: string };

export type SecretText = string | SecretReference;

/** Bytes of a user, and of a password, for a SOCKS proxy: RFC 1929 has a byte for each of their lengths. */
export const longestSocksText = 255;

export const ipFamilies = ['4', '6', 'prefer_4', 'prefer_6', 'race'] as const;
/**
 * `4` and `6`: only addresses of that family. `prefer_*`: of that family if the name has any, else of the other one.
 * `race`: both (RFC 8305), the default.
 */
export type IpFamily = (typeof ipFamilies)[number];

export const httpVersions = ['1.1', '2', 'auto'] as const;
/** `auto` offers both and takes what the server chooses. */
export type HttpVersion = (typeof httpVersions)[number];

export interface CheckOptions {
  /** In capitals; GET where absent. */
  readonly method?: string | undefined;
  /** By name, as users wrote them. */
  readonly headers?: Readonly<Record<string, SecretText>> | undefined;
  readonly body?: SecretText | undefined;
  readonly auth?: AuthOptions | undefined;
  readonly tls?: TlsOptions | undefined;
  /** 1.1 where absent. */
  readonly http_version?: HttpVersion | undefined;
  /** An http:, socks5: or socks5h: URL. `socks5h` and `http` leave resolving the name to the proxy. */
  readonly proxy?: SecretText | undefined;
  readonly ip_family?: IpFamily | undefined;
  readonly dns?: DnsOptions | undefined;
  /** Keeps the connection for the next check. */
  readonly reuse_connection?: boolean | undefined;
  readonly redirects?: RedirectOptions | undefined;
  /** Sends the header `traceparent` (W3C Trace Context) of the check's span, where the worker traces. */
  readonly traceparent?: boolean | undefined;
  readonly expect?: Expectations | undefined;
}

/** Exactly one of them. */
export interface AuthOptions {
  readonly basic?: { readonly username: SecretText; readonly password: SecretText } | undefined;
  readonly bearer?: SecretText | undefined;
  readonly oauth2?: OAuth2Options | undefined;
}

/** Client credentials (RFC 6749, 4.4). */
export interface OAuth2Options {
  readonly token_url: string;
  readonly client_id: SecretText;
  readonly client_secret: SecretText;
  readonly scopes?: readonly string[] | undefined;
  /** More parameters of the token request, such as `audience`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** How the client proves who it is: in the Authorization header (default) or in the body. */
  readonly client_authentication?: 'basic' | 'body' | undefined;
}

export const tlsVersions = ['1.0', '1.1', '1.2', '1.3'] as const;
export type TlsVersion = (typeof tlsVersions)[number];

export interface TlsOptions {
  /** For SNI and for verifying; the host of a `Host` header, else of the URL, where absent. */
  readonly server_name?: string | undefined;
  /** PEM; trusted instead of the authorities that Node trusts. */
  readonly ca?: SecretText | undefined;
  /** PEM lists of revoked certificates, one from each authority of the chain. */
  readonly crl?: SecretText | undefined;
  readonly certificate?: { readonly cert: SecretText; readonly key: SecretReference | string } | undefined;
  readonly insecure_skip_verify?: boolean | undefined;
  /** 1.2 where absent. */
  readonly min_version?: TlsVersion | undefined;
  /** 1.3 where absent. With the same `min_version` it tells whether a server still speaks an old one. */
  readonly max_version?: TlsVersion | undefined;
}

export interface DnsOptions {
  /** `address` or `address:port`; the system's where absent. */
  readonly server?: string | undefined;
  /** Keeps answers as long as their records say, instead of asking at every check. */
  readonly cache?: boolean | undefined;
}

export interface RedirectOptions {
  /** True where absent. */
  readonly follow?: boolean | undefined;
  /** 0 to 20; 5 where absent. One more ends the check as `redirect_limit`. */
  readonly max?: number | undefined;
}

/** What counts as up. All of them have to hold. */
export interface Expectations {
  /** `200`, `200-299`, `2xx`; `['200-299']` where absent. */
  readonly status?: readonly string[] | undefined;
  /** The URL of the last response. */
  readonly final_url?: string | undefined;
  readonly body?: readonly PatternExpectation[] | undefined;
  readonly headers?: readonly HeaderExpectation[] | undefined;
  readonly json?: readonly JsonExpectation[] | undefined;
  /** Bytes of the body after content decoding. */
  readonly body_size?: { readonly min?: number | undefined; readonly max?: number | undefined } | undefined;
  /** A response time above it makes the outcome `degraded`. */
  readonly degraded_above?: string | undefined;
  /** A response time above it makes the outcome `down`. */
  readonly down_above?: string | undefined;
  /** For how many days more every certificate of the chain has to be valid. */
  readonly certificate_days?: number | undefined;
  /** `required`: the last response has to come over TLS. `forbidden`: it must not. */
  readonly tls?: 'required' | 'forbidden' | undefined;
}

/** Exactly one of them; patterns in RE2 syntax. */
export type PatternExpectation = { readonly matches: string } | { readonly not_matches: string };

/** Exactly one test. A header that is absent passes `not_matches` and `absent` alone. */
export type HeaderExpectation = { readonly name: string } & (
  | PatternExpectation
  | { readonly equals: string }
  | { readonly present: true }
  | { readonly absent: true }
);

export type JsonValue = string | number | boolean | null;

/** Exactly one test of what `path` (JSONPath, RFC 9535) finds. Where that is several values, one that passes is enough. */
export type JsonExpectation = { readonly path: string } & (
  | { readonly equals: JsonValue }
  | { readonly not_equals: JsonValue }
  | { readonly above: number }
  | { readonly at_least: number }
  | { readonly below: number }
  | { readonly at_most: number }
  | PatternExpectation
  | { readonly exists: boolean }
);
