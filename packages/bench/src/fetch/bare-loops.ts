// What a check is compared with: the same request, each with a fresh connection, and nothing that a monitor needs of it.

import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import type { Dispatcher } from 'undici';

export type Way = () => Promise<unknown>;

export async function bodyOf(response: Promise<Dispatcher.ResponseData>): Promise<Uint8Array> {
  return (await response).body.bytes();
}

/** Without an agent to keep it, each request has its own connection, and TLS its own session. */
export function bodyOfNode(url: string, secureContext: tls.SecureContext): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const heard = (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => resolve(Buffer.concat(chunks)))
        .on('error', reject);
    };
    // Node's types do not know that all options of a TLS connection may be given here, and this one may.
    const options = { agent: false, secureContext };
    const request = url.startsWith('https:') ? https.get(url, options, heard) : http.get(url, { agent: false }, heard);
    request.on('error', reject);
  });
}

/**
 * The least that Node.js can do: connects, writes a request that is there already, and reads until the site closes, into one buffer
 * for all (over TLS Node.js has no such thing). Nobody looks at what came.
 */
export function bytesOfSocket(url: string, secureContext: tls.SecureContext): Way {
  const { protocol, hostname: host, port: portText } = new URL(url);
  const port = Number(portText);
  const request = Buffer.from(`GET / HTTP/1.1\r\nhost: ${host}:${port}\r\nconnection: close\r\n\r\n`);
  const onread = { buffer: Buffer.allocUnsafe(65_536), callback: () => true };
  return () =>
    new Promise<void>((resolve, reject) => {
      const begin = () => void socket.write(request);
      const socket =
        protocol === 'https:'
          ? tls.connect({ host, port, secureContext }, begin).resume()
          : net.connect({ host, port, onread }, begin);
      socket.on('end', () => {
        socket.destroy();
        resolve();
      });
      socket.on('error', reject);
    });
}
