import { readdirSync, readFileSync } from 'node:fs';
import {
  checkErrorCodes,
  checkErrorMeanings,
  checkOptionNames,
  clientSettings,
  coordinatorSettings,
  databaseSettings,
  listenSettings,
  logSettings,
  outcomes,
  passedErrorCodes,
  passedErrorMeanings,
  type Setting,
  workerSettings,
} from '@everytick/core';
import { parseConfiguration } from '@everytick/core/configuration';
import { describe, expect, it } from '@jest/globals';
import { targetRules } from './commands/target-rules.ts';

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
      ...Object.values(clientSettings).map((setting) => row('short commands', setting)),
    ];
    const table = readme.split('\n').filter((line) => line.startsWith('| `EVERYTICK_'));
    expect(table).toEqual(rows);
  });

  it('leads to a meaning for every error code', () => {
    const path = 'packages/core/src/domain/README.md';
    expect(readme).toContain(`](${path})`);
    const table = readFileSync(new URL(path, root), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .slice(outcomes.length);
    const meanings = [...Object.entries(checkErrorMeanings), ...Object.entries(passedErrorMeanings)];
    expect(table).toEqual(meanings.map(([code, meaning]) => `| \`${code}\` | ${meaning} |`));
    expect(meanings.map(([code]) => code)).toEqual([...checkErrorCodes, ...passedErrorCodes]);
  });

  it('explains every column of the ledger', () => {
    const schema = readFileSync(new URL('migrations/schema/snapshot.sql', root), 'utf8');
    const view = schema.slice(schema.indexOf('\nVIEW results\n') + 1).split(/\n(?! )/)[0] ?? '';
    const columns = [...view.matchAll(/^ {2}([a-z_]+) /gm)].map(([, name]) => name);
    expect(columns).toContain('scheduled_at');
    expect(columns).toContain('failed_assertions');
    const from = readme.indexOf('| column of `results`');
    const table = readme.slice(from, readme.indexOf('\n\n', from));
    const explained = [...table.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell]) =>
      [...(cell ?? '').matchAll(/`([a-z_]+)`/g)].map(([, name]) => name),
    );
    expect(explained.filter((name) => name !== 'results').sort()).toEqual(columns.sort());
  });

  it('has targets files that can be read', () => {
    const blocks = [...readme.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);
    const files = blocks.filter((text) => /^targets:$/m.test(text));
    expect(files.length).toBeGreaterThan(1);
    const specs = files.flatMap((text) => {
      const { declarations } = parseConfiguration([{ path: 'README.md', text }], targetRules, {});
      return declarations.map(({ spec }) => spec);
    });
    const said = new Set(specs.flatMap(({ options }) => Object.keys(options)));
    expect(checkOptionNames.filter((name) => !said.has(name))).toEqual([]);
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
