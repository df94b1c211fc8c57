// Finds out whether a container runtime answers, before Testcontainers is asked for anything: it may wait for long where
// there is a Docker client but no engine, and merely loading it takes a second.

import { existsSync } from 'node:fs';
import { type RequestOptions, request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** True when a runtime answers at one of the places where Testcontainers looks. Takes `timeoutMs` at most. */
export async function containerRuntimeAnswers(timeoutMs = 3_000): Promise<boolean> {
  const answers = await Promise.all(places().map((place) => answersPing(place, timeoutMs)));
  return answers.includes(true);
}

function places(): RequestOptions[] {
  const host = process.env['DOCKER_HOST'];
  if (host?.startsWith('unix://')) return [{ socketPath: host.slice('unix://'.length) }];
  if (host !== undefined && URL.canParse(host)) {
    const { hostname, port } = new URL(host);
    return [{ host: hostname, port: port || 2375 }];
  }
  const runtimeDir = process.env['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.()}`;
  return [
    '/var/run/docker.sock',
    join(runtimeDir, 'docker.sock'),
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.docker/desktop/docker.sock'),
  ].flatMap((socketPath) => (existsSync(socketPath) ? [{ socketPath }] : []));
}

/** Any answer counts: an engine behind TLS answers a plain request with an error, but it is there. */
function answersPing(place: RequestOptions, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ ...place, path: '/_ping', agent: false, signal: AbortSignal.timeout(timeoutMs) });
    ping.on('response', (response) => {
      response.destroy();
      resolve(true);
    });
    ping.on('error', () => resolve(false));
    ping.end();
  });
}
