// What docker-compose.yml, the Dockerfile and the workflow say about the code, without running any of them.

import { readFileSync } from 'node:fs';
import {
  coordinatorSettings,
  databaseSettings,
  listenSettings,
  logSettings,
  parseDurationMs,
  workerSettings,
} from '@everytick/core';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

interface Service {
  readonly environment: Readonly<Record<string, string | number>>;
  readonly stop_grace_period?: string;
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };
const dockerfile = read('deploy/docker/Dockerfile');

function service(name: string): Service {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

describe('docker-compose.yml', () => {
  it.each(['coordinator', 'worker'])('can run any number of the service %s', (name) => {
    // A name or a port of the host can be had once only.
    for (const key of ['container_name', 'hostname', 'ports']) expect(service(name)).not.toHaveProperty(key);
  });

  it('gives a worker time to drain before it is killed', () => {
    const { environment, stop_grace_period: grace } = service('worker');
    const drainMs = Number(environment['EVERYTICK_DRAIN_TIMEOUT_MS'] ?? workerSettings.drainTimeoutMs.defaultText);
    // 5 s for the last report, and 5 s more until the process ends itself.
    expect(parseDurationMs(grace ?? '')).toBeGreaterThan(drainMs + 10_000);
  });
});

describe('the image', () => {
  it('has every package that the cli is made of, and no other', () => {
    const needed = new Set<string>();
    const add = (name: string) => {
      if (needed.has(name)) return;
      needed.add(name);
      const { dependencies } = JSON.parse(read(`packages/${name}/package.json`)) as {
        dependencies: Record<string, string>;
      };
      for (const dependency of Object.keys(dependencies)) {
        if (dependency.startsWith('@everytick/')) add(dependency.slice('@everytick/'.length));
      }
    };
    add('cli');
    const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]).sort();
    const expected = [...needed].sort();
    expect(named(dockerfile, /^COPY packages\/(\w+)\/package\.json /gm)).toEqual(expected);
    expect(named(dockerfile, /^COPY packages\/(\w+) /gm)).toEqual(expected);
    expect(named(dockerfile, /^COPY --from=build \/app\/packages\/(\w+)\/dist /gm)).toEqual(expected);
    expect(named(read('deploy/docker/Dockerfile.dockerignore'), /^!packages\/(\w+)$/gm)).toEqual(expected);
  });
});

it('sets only variables that are settings', () => {
  const known = [databaseSettings, listenSettings, coordinatorSettings, workerSettings, logSettings].flatMap(
    (settings) => Object.values(settings).map(({ variable }) => variable),
  );
  const used = `${dockerfile}${read('docker-compose.yml')}`.match(/EVERYTICK_\w+/g) ?? [];
  expect(known).toEqual(expect.arrayContaining([...new Set(used)]));
});

describe('the workflow', () => {
  const text = read('.github/workflows/ci.yml');

  it('may read the repository and nothing else', () => {
    const { permissions, jobs } = parse(text) as { permissions: unknown; jobs: Record<string, object> };
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) expect(job).not.toHaveProperty('permissions');
  });

  it('uses actions at a commit, which nobody can move, with the version beside it', () => {
    const used = text.match(/\buses: .*/g) ?? [];
    expect(used).not.toEqual([]);
    for (const line of used) expect(line).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });
});
