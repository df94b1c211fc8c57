// Opens the one connection of a hop. The socket's own events (`lookup`, `connect`, `secureConnect`) time its phases,
// which is why undici does not open it: its diagnostics cannot be tied to a request.

import net from 'node:net';
import tls from 'node:tls';

export interface ConnectorOptions {
  /** How host names are resolved; Node's `dns.lookup` where absent. Never called for IP literals. */
  readonly lookup?: net.LookupFunction | undefined;
  /** PEM certificates of authorities to trust beside those that Node trusts. */
  readonly extraCa?: readonly string[] | undefined;
}

export class Connector {
  readonly #lookup: net.LookupFunction | undefined;
  // One context for all connections: building one for each costs 320 us more, most of it for reading the authorities.
  readonly #secureContext: tls.SecureContext;

  constructor(options: ConnectorOptions = {}) {
    const { lookup } = options;
    // A resolver that answers at once would do so before anybody could listen to the socket.
    this.#lookup = lookup && ((name, how, callback) => queueMicrotask(() => lookup(name, how, callback)));
    this.#secureContext = tls.createSecureContext(
      options.extraCa ? { ca: [...tls.getCACertificates('default'), ...options.extraCa] } : {},
    );
  }

  /**
   * Starts connecting, over several addresses by turns where a name has them (RFC 8305, Node's `autoSelectFamily`).
   * Nothing is kept for the next connection, no TLS session either.
   */
  open(url: URL): net.Socket {
    const host = hostOf(url);
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    const options: net.TcpNetConnectOpts = { host, port };
    if (this.#lookup) options.lookup = this.#lookup;
    if (url.protocol === 'http:') return net.connect(options);
    return tls.connect({
      ...options,
      secureContext: this.#secureContext,
      ALPNProtocols: ['http/1.1'],
      // RFC 6066: no SNI for addresses. They are verified against the certificate's IP entries all the same.
      ...(net.isIP(host) === 0 ? { servername: host.replace(/\.$/, '') } : {}),
    });
  }
}

/** True where the name has to be resolved first, false for IP literals. */
export function needsLookup(url: URL): boolean {
  return net.isIP(hostOf(url)) === 0;
}

function hostOf(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
}
