// Tests that need a program or a library which npm does not have. `.ci/run` installs these packages.

import { existsSync } from 'node:fs';

/** What tests need of each package, at any of the places where systems have it. */
const FILES = {
  pgbouncer: ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'],
  prometheus: ['/usr/bin/prometheus', '/usr/local/bin/prometheus', '/opt/homebrew/bin/prometheus'],
  promtool: ['/usr/bin/promtool', '/usr/local/bin/promtool', '/opt/homebrew/bin/promtool'],
  'prometheus-blackbox-exporter': ['/usr/bin/prometheus-blackbox-exporter'],
  buildah: ['/usr/bin/buildah', '/usr/local/bin/buildah'],
  shellcheck: ['/usr/bin/shellcheck', '/usr/local/bin/shellcheck', '/opt/homebrew/bin/shellcheck'],
  faketime: ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((abi) => `/usr/lib/${abi}/faketime/libfaketime.so.1`),
} as const;

export type DebianPackage = keyof typeof FILES;

/** The path of the program (pgbouncer) or library (faketime); undefined where it is not installed. */
export function findInstalled(name: DebianPackage): string | undefined {
  return FILES[name].find((path) => existsSync(path));
}

/** True where it is installed. Says so loudly where it is not, for a test that is skipped has shown nothing. */
export function isInstalled(name: DebianPackage): boolean {
  if (findInstalled(name) !== undefined) return true;
  const from = name === 'promtool' ? 'prometheus' : name;
  process.stderr.write(`\n!!! Tests are SKIPPED because ${name} is not installed: apt-get install ${from} !!!\n\n`);
  return false;
}
