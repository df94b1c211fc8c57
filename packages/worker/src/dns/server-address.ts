// DNS servers as text: `address`, `address:port`, `[v6 address]:port`.

import net from 'node:net';

export function isServer(text: string): boolean {
  if (net.isIP(text) !== 0) return true;
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  if (!match) return false;
  const [, v6, v4, port] = match;
  return (v6 === undefined ? net.isIPv4(v4 ?? '') : net.isIPv6(v6)) && (port === undefined || isPort(Number(port)));
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}
