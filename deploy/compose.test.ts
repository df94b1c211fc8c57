// docker-compose.yml as a document. What a container engine makes of it, the workflow of this repository shows.

import { existsSync, readFileSync } from 'node:fs';
import {
  clientSettings,
  coordinatorSettings,
  databaseSettings,
  listenSettings,
  logSettings,
  workerSettings,
} from '@everytick/core';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const root = new URL('../', import.meta.url);
const text = readFileSync(new URL('docker-compose.yml', root), 'utf8');

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly deploy?: { readonly replicas: number };
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly args: Record<string, string> };
  readonly container_name?: string;
  readonly stop_grace_period?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
}

const { services, volumes } = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
};
const service = (name: string): Service => services[name] as Service;
const ours = ['migrate', 'coordinator', 'worker', 'cli'];

describe('docker-compose.yml', () => {
  it('starts the database, then migrates it to completion, then all the rest', () => {
    expect(service('postgres').healthcheck?.test).toContain('pg_isready');
    expect(service('migrate').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(service('migrate').command).toEqual(['migrate']);
    for (const name of ['coordinator', 'worker', 'cli']) {
      expect(service(name).depends_on).toEqual({ migrate: { condition: 'service_completed_successfully' } });
    }
  });

  it('has two coordinators, and as many workers as one asks for', () => {
    expect(service('coordinator').deploy?.replicas).toBe(2);
    for (const name of ['coordinator', 'worker']) expect(service(name)).not.toHaveProperty('container_name');
    expect(service('worker')).not.toHaveProperty('ports');
    // A range: each of the coordinators takes one.
    expect(service('coordinator').ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+-\d+:7490$/)]);
  });

  it('runs our image without rights, on a file system that is not written to', () => {
    for (const name of ours) {
      expect(service(name)).toMatchObject({
        image: 'everytick:local',
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
  });

  it('lets everything stop in its own time', () => {
    const seconds = (name: string) => Number.parseInt(service(name).stop_grace_period ?? '0', 10);
    // Their own deadlines, and the five seconds after which a process ends itself.
    expect(seconds('coordinator')).toBeGreaterThanOrEqual(10 + 5);
    const drainS = Number(service('worker').environment?.['EVERYTICK_DRAIN_TIMEOUT_MS']) / 1_000;
    expect(seconds('worker')).toBeGreaterThanOrEqual(drainS + 5 + 5);
  });

  it('publishes nothing beyond this machine', () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(service('postgres')).not.toHaveProperty('ports');
  });

  it('has Prometheus and Grafana in the profile observability alone', () => {
    const inProfile = Object.entries(services).filter(([, { profiles }]) => profiles?.includes('observability'));
    expect(inProfile.map(([name]) => name).sort()).toEqual(['grafana', 'prometheus']);
    const config = service('prometheus').command?.find((argument) => argument.startsWith('--config.file='));
    const [, file = ''] = /^--config\.file=\/etc\/prometheus\/(.*)$/.exec(config ?? '') ?? [];
    expect(existsSync(new URL(`deploy/prometheus/${file}`, root))).toBe(true);
    const scraped = parse(readFileSync(new URL(`deploy/prometheus/${file}`, root), 'utf8')) as {
      readonly scrape_configs: readonly { readonly dns_sd_configs: readonly { readonly names: readonly string[] }[] }[];
    };
    const names = scraped.scrape_configs.flatMap(({ dns_sd_configs }) => dns_sd_configs.flatMap((one) => one.names));
    expect(names.filter((name) => !(name in services))).toEqual([]);
  });

  it('names no image by a tag that moves under it, nor a file, volume or setting that is not there', () => {
    for (const [name, { image, volumes: mounts = [], build }] of Object.entries(services)) {
      if (!ours.includes(name)) expect(image).toMatch(/:v?\d+/);
      for (const mount of mounts) {
        const [source = ''] = mount.split(':');
        if (source.startsWith('.')) expect([source, existsSync(new URL(source, root))]).toEqual([source, true]);
        else expect(volumes).toHaveProperty(source);
      }
      if (build !== undefined) expect(existsSync(new URL(build.dockerfile, root))).toBe(true);
    }
    const groups = [databaseSettings, listenSettings, logSettings, workerSettings, coordinatorSettings, clientSettings];
    const known = groups.flatMap((settings) => Object.values(settings).map(({ variable }) => variable));
    const named = [...text.matchAll(/EVERYTICK_[A-Z_]+/g)].map(([variable]) => variable);
    expect(named.filter((variable) => !known.includes(variable))).toEqual([]);
  });

  it('opens the API where there is a token, and only there', () => {
    const { variable } = coordinatorSettings.apiFirstToken;
    expect(service('coordinator').environment).toMatchObject({
      EVERYTICK_API_HOST: `\${${variable}:+0.0.0.0}`,
      [variable]: `\${${variable}:-}`,
    });
  });
});
