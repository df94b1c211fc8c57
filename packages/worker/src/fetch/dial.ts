// From a URL to the one connection of a hop: the name is resolved, each address is judged, the first one that answers is
// taken, a proxy is asked for the way, TLS is agreed on.
//
//   dnsWait --slot--> dns --addresses, judged--> connect --TCP, tunnel--> tls --handshake, certificate--> ready
//
// Names are resolved once and connections go to addresses, so nothing can change between judging and connecting. The
// phases are timed from the sockets' own events, which is why undici does not open them: its diagnostics cannot be tied to
// a request.

import net from 'node:net';
import tls from 'node:tls';
import type { FetchError, HttpProtocol, TlsInfo } from '@everytick/core';
import type { NameResolver } from '../dns/name-resolver.ts';
import type { EgressPolicy } from '../egress/egress-policy.ts';
import { AddressRace, type RaceObserver } from './address-race.ts';
import type { ByteSource } from './byte-source.ts';
import { failure, hopFailure, internalFailure } from './error-codes.ts';
import type { HopUrl } from './hop-url.ts';
import { isShortOfDescriptors } from './own-shortages.ts';
import type { Phase } from './phase-clock.ts';
import { openTunnel, portOf } from './proxy-tunnel.ts';
import type { RequestPlan } from './request-plan.ts';
import type { SecureContexts } from './secure-contexts.ts';
import { TlsPeer } from './tls-info.ts';

/** What all dials of a fetcher share. */
export interface DialContext {
  readonly resolver: NameResolver;
  readonly egress: EgressPolicy;
  readonly secureContexts: SecureContexts;
  /** Whether results are to describe certificates. */
  readonly certificateDetails: boolean;
  /** Hears of every socket that is opened. */
  track(socket: net.Socket): void;
}

/** A connection over which a request can be sent. */
export interface Connection {
  readonly socket: net.Socket;
  /** Where its bytes come from if not by the socket's events. */
  readonly source: ByteSource | null;
  /** Of the machine at its other end, which is the proxy where there is one. */
  readonly remoteAddress: string;
  readonly tls: TlsInfo | null;
  readonly protocol: HttpProtocol;
  /** When it stood, by `performance.now()`: looking at its certificate is no part of the handshake. */
  readonly readyAtMs: number;
  /** How long it took to connect: a round trip, at least. */
  readonly connectMs: number;
}

/** `onReady`, `onFailed`, `onNoSlot` and `onUnusable` are the last that is heard. */
export interface DialObserver {
  onPhase(phase: Phase): void;
  onReady(connection: Connection): void;
  /** `seen` is what was learned of a certificate that was not accepted. */
  onFailed(error: FetchError, seen?: { readonly remoteAddress: string; readonly tls: TlsInfo | null }): void;
  /** The worker has too many names to resolve. */
  onNoSlot(): void;
  /** What the target brings along cannot be used. */
  onUnusable(detail: string): void;
}

/** The deadline moves on while a look-up waits for its slot; `cancel` is what ends it in time. */
const mostWaitedMs = 2_000;

const alpnProtocols = { '1.1': ['http/1.1'], '2': ['h2'], auto: ['h2', 'http/1.1'] };

export class Dial {
  readonly #url: HopUrl;
  readonly #plan: RequestPlan;
  readonly #own: boolean;
  readonly #deadlineMs: () => number;
  readonly #context: DialContext;
  readonly #observer: DialObserver;
  #cancelLookup: (() => void) | undefined;
  #race: AddressRace | undefined;
  #socket: net.Socket | undefined;
  #connectMs = 0;
  #over = false;

  /** `own`: whether the URL is of the target's own origin. `deadlineMs`: the check's, by `performance.now()`. */
  constructor(
    url: HopUrl,
    plan: RequestPlan,
    own: boolean,
    deadlineMs: () => number,
    context: DialContext,
    observer: DialObserver,
  ) {
    this.#url = url;
    this.#plan = plan;
    this.#own = own;
    this.#deadlineMs = deadlineMs;
    this.#context = context;
    this.#observer = observer;
  }

  start(): void {
    const { hostname: host, port } = this.#url;
    const { proxy } = this.#plan;
    if (proxy === null) {
      this.#resolve(host, (addresses) =>
        this.#connect(addresses, port, (socket, address, source) => this.#secure(socket, address, source)),
      );
    } else if (proxy.resolvesNames && !this.#url.isAddress) {
      this.#connectThrough(proxy.url, host, port);
    } else {
      // The proxy is given an address, which is judged here.
      this.#resolve(host, ([address]) => this.#connectThrough(proxy.url, address as string, port));
    }
  }

  /** Nothing is heard afterwards, and what was opened is closed. */
  cancel(): void {
    this.#over = true;
    this.#cancelLookup?.();
    this.#race?.cancel();
    this.#socket?.destroy();
  }

  #connectThrough(proxy: URL, host: string, port: number): void {
    this.#resolve(hostOf(proxy), (addresses) =>
      this.#connect(addresses, portOf(proxy), (socket, address) => {
        this.#socket = socket;
        openTunnel(socket, proxy, { host, port }, this.#deadlineMs() - performance.now(), {
          onOpen: () => {
            if (!this.#over) this.#secure(socket, address, null);
          },
          onRefused: (reason) => {
            this.#fail(
              failure('proxy_failed', `the proxy ${proxy.host} did not open a way to ${this.#url.host} (${reason})`),
            );
          },
        });
      }),
    );
  }

  #resolve(name: string, next: (addresses: readonly string[]) => void): void {
    if (net.isIP(name) !== 0) {
      const refusal = this.#context.egress.refusal(name);
      if (refusal === null) next([name]);
      else this.#fail(failure('egress_denied', refusal));
      return;
    }
    this.#observer.onPhase('dnsWait');
    const { ipFamily: family, dnsServer: server, dnsCache: cache } = this.#plan;
    if (server !== undefined) {
      const refusal = this.#context.egress.refusal(addressOfServer(server));
      if (refusal !== null) {
        this.#fail(failure('egress_denied', `the DNS server: ${refusal}`));
        return;
      }
    }
    this.#cancelLookup = this.#context.resolver.resolve(
      name,
      { family, server, cache, deadlineMs: this.#deadlineMs() + mostWaitedMs },
      {
        onAsked: () => {
          if (!this.#over) this.#observer.onPhase('dns');
        },
        onResolved: (resolved) => {
          if (this.#over) return;
          let refusal: string | null = null;
          const open = resolved.flatMap(({ address }) => {
            const why = this.#context.egress.refusal(address);
            refusal ??= why;
            return why === null ? [address] : [];
          });
          if (open.length > 0) next(open);
          else this.#fail(failure('egress_denied', `${name}: ${refusal}`));
        },
        onFailed: (error) => {
          // What a socket that cannot be opened becomes in c-ares.
          const isOurs = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' && isShortOfDescriptors();
          this.#fail(hopFailure('dns', isOurs ? { code: 'EMFILE' } : error, name));
        },
        onNoSlot: () => {
          if (this.#over) return;
          this.#over = true;
          this.#observer.onNoSlot();
        },
      },
    );
  }

  #connect(addresses: readonly string[], port: number, next: RaceObserver['onConnected']): void {
    this.#observer.onPhase('connect');
    const startedAtMs = performance.now();
    // TLS, and the way through a proxy, want the socket itself.
    const withSource = this.#plan.proxy === null && this.#url.protocol === 'http:';
    this.#race = new AddressRace(addresses, port, withSource, (socket) => this.#context.track(socket), {
      onConnected: (socket, address, source) => {
        this.#connectMs = performance.now() - startedAtMs;
        next(socket, address, source);
      },
      onFailed: (error) => {
        const { proxy } = this.#plan;
        if (proxy === null) this.#fail(hopFailure('connect', error, this.#url.host));
        else {
          const failed = hopFailure('connect', error, proxy.url.host);
          const why = `the proxy ${proxy.url.host} cannot be reached (${failed.code})`;
          this.#fail(failed.code === 'internal_error' ? failed : failure('proxy_failed', why));
        }
      },
    });
  }

  #secure(socket: net.Socket, remoteAddress: string, source: ByteSource | null): void {
    this.#socket = socket;
    const { httpVersion } = this.#plan;
    const connectMs = this.#connectMs;
    if (this.#url.protocol === 'http:') {
      const readyAtMs = performance.now();
      if (httpVersion !== '2') {
        this.#ready({ socket, source, remoteAddress, tls: null, protocol: 'http/1.1', readyAtMs, connectMs });
      } else {
        const why = `HTTP/2 is spoken over TLS alone, and a redirect led to ${this.#url.host} without`;
        this.#fail(failure('http_version', why), { remoteAddress, tls: null });
      }
      return;
    }
    const name = this.#serverName();
    let secured: tls.TLSSocket;
    try {
      secured = tls.connect({
        socket,
        secureContext: this.#context.secureContexts.of(this.#tlsMaterial()),
        ALPNProtocols: alpnProtocols[httpVersion],
        // RFC 6066: no SNI for addresses. They are verified against the certificate's IP entries all the same.
        ...(net.isIP(name) === 0 ? { servername: name } : { host: name }),
        // A certificate that is not accepted is looked at all the same, so it is judged below, before anything is sent.
        rejectUnauthorized: false,
        checkServerIdentity: (host) => tls.checkServerIdentity(host, peer.identity()),
      });
    } catch (error) {
      // OpenSSL cannot read what the target brings along.
      this.cancel();
      this.#observer.onUnusable(`the target's own TLS options cannot be used: ${(error as Error).message}`);
      return;
    }
    // The ClientHello has left, the last thing that happens while a connection is being made; all before is our own work.
    this.#observer.onPhase('tls');
    this.#socket = secured;
    const peer = new TlsPeer(secured);
    // Node would read the whole chain for `checkServerIdentity`, which takes a quarter of a millisecond.
    secured.getPeerCertificate = () => ({}) as tls.DetailedPeerCertificate;
    secured.on('error', (error) => this.#fail(hopFailure('tls', error, this.#url.host), { remoteAddress, tls: null }));
    secured.once('secureConnect', () => {
      if (this.#over) return;
      try {
        this.#judge(secured, peer, remoteAddress);
      } catch (error) {
        // Certificates are what strangers make of them: none may end the process.
        this.#fail(internalFailure(error));
      }
    });
  }

  /** The handshake is over: is its certificate accepted, and the protocol the one that was asked for? */
  #judge(socket: tls.TLSSocket, peer: TlsPeer, remoteAddress: string): void {
    const { verifyTls, httpVersion } = this.#plan;
    const readyAtMs = performance.now();
    const info = peer.info(this.#context.certificateDetails);
    const seen = { remoteAddress, tls: info };
    if (verifyTls && !socket.authorized) {
      // Node puts the code there, whatever its types say.
      const code: unknown = socket.authorizationError;
      this.#fail(hopFailure('tls', { code }, this.#url.host), seen);
    } else if (httpVersion === '2' && socket.alpnProtocol !== 'h2') {
      this.#fail(failure('http_version', `${this.#url.host} does not speak HTTP/2`), seen);
    } else {
      const protocol = socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1';
      const connectMs = this.#connectMs;
      this.#ready({ socket, source: null, remoteAddress, tls: info, protocol, readyAtMs, connectMs });
    }
  }

  /** Another origin is shown no certificate of ours. */
  #tlsMaterial(): RequestPlan['tls'] {
    const { tls: material } = this.#plan;
    return this.#own || material.cert === undefined ? material : { ...material, cert: undefined, key: undefined };
  }

  /** What the server is asked for and verified as. */
  #serverName(): string {
    const { serverName, host } = this.#plan;
    const name = this.#own
      ? (serverName ?? (host === null ? this.#url.hostname : host.replace(/:\d+$/, '')))
      : this.#url.hostname;
    return name.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  }

  #ready(connection: Connection): void {
    this.#over = true;
    this.#observer.onReady(connection);
  }

  #fail(error: FetchError, seen?: { readonly remoteAddress: string; readonly tls: TlsInfo | null }): void {
    if (this.#over) return;
    this.cancel();
    this.#observer.onFailed(error, seen);
  }
}

/** Without brackets. */
function hostOf(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
}

function addressOfServer(server: string): string {
  const bracketed = /^\[(.*)\]/.exec(server)?.[1];
  if (bracketed !== undefined) return bracketed;
  return net.isIP(server) === 0 ? server.replace(/:\d+$/, '') : server;
}
