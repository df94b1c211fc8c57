// Bodies over HTTP/2 that their server cut off with RST_STREAM and the code NO_ERROR or CANCEL. node:http2 ends such a
// stream as if it had been complete, and undici believes it; the diagnostics channel is where the difference shows.

import { subscribe } from 'node:diagnostics_channel';
import type { ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';

/** By the local ports of their connections: a session shows its socket through a proxy, which is not the same object. */
const cut = new Set<number>();

subscribe('http2.client.stream.close', (message) => {
  const { stream } = message as { readonly stream: ClientHttp2Stream };
  const localPort = stream.session?.socket?.localPort;
  if (!stream.readableEnded && localPort !== undefined) cut.add(localPort);
});

/** An exchange begins: whatever became of those before on this port, or on this connection, is over. */
export function forgetCuts({ localPort }: Socket): void {
  if (localPort !== undefined) cut.delete(localPort);
}

/** Whether the last stream on this connection was cut off. */
export function wasCut({ localPort }: Socket): boolean {
  return localPort !== undefined && cut.has(localPort);
}
