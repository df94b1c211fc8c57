import { readdirSync, readFileSync } from 'node:fs';
import {
  coordinatorSettings,
  databaseSettings,
  listenSettings,
  logSettings,
  type Setting,
  workerSettings,
} from '@everytick/core';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');

function row(who: string, { variable, defaultText, defaultShown, allowed, meaning }: Setting<unknown>): string {
  const shown = defaultShown ?? (defaultText === undefined ? '' : `\`${defaultText}\``);
  return `| \`${variable}\` | ${who} | ${shown} | ${meaning} ${capitalize(allowed)}. |`;
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

describe('the README', () => {
  it('has a row for every setting', () => {
    const everywhere = { ...databaseSettings, ...listenSettings, ...logSettings };
    const ofBoth = new Set(Object.keys(workerSettings).filter((key) => key in coordinatorSettings));
    const rows = [
      ...Object.values(everywhere).map((setting) => row('all', setting)),
      ...Object.entries(workerSettings).map(([key, setting]) => row(ofBoth.has(key) ? 'both' : 'worker', setting)),
      ...Object.entries(coordinatorSettings)
        .filter(([key]) => !ofBoth.has(key))
        .map(([, setting]) => row('coordinator', setting)),
    ];
    const table = readme.split('\n').filter((line) => line.startsWith('| `EVERYTICK_'));
    expect(table).toEqual(rows);
  });

  it('gives a reason for every dependency', () => {
    const manifests = [
      'package.json',
      ...readdirSync(new URL('packages', root)).map((name) => `packages/${name}/package.json`),
    ];
    const names = new Set<string>();
    for (const path of manifests) {
      const manifest = JSON.parse(readFileSync(new URL(path, root), 'utf8'));
      for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
        for (const name of Object.keys(manifest[kind] ?? {})) names.add(name);
      }
    }
    const table = readme.slice(readme.indexOf('## Dependencies'));
    const absent = [...names].filter(
      (name) =>
        !name.startsWith('@everytick/') &&
        !table.includes(`\`${name}\``) &&
        !table.includes(`\`${name.replace(/\/.*/, '/*')}\``),
    );
    expect(absent).toEqual([]);
  });
});
