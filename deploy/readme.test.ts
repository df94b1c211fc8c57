// The table of deploy/README.md: what it names is there.

import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';

const root = new URL('../', import.meta.url);
const readme = readFileSync(new URL('deploy/README.md', root), 'utf8');
const rows = readme
  .slice(readme.indexOf('## What is proved'))
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.slice(2, -2).split(' | '))
  .filter(([what]) => !what?.startsWith('**'));

it('says for everything where it is checked, and where that can be proved', () => {
  expect(rows.length).toBeGreaterThan(30);
  for (const [what, by, proved] of rows) {
    expect([what, proved]).toEqual([what, expect.stringMatching(/^(here|by a bench|GitHub|cluster|by eye)$/)]);
    // What nothing here can check is checked by nobody, and says so.
    expect([what, by === '-']).toEqual([what, proved === 'cluster' || proved === 'by eye']);
    if (proved === 'here') expect([what, by]).toEqual([what, expect.stringMatching(/`(packages|deploy)\/\S+\.ts`/)]);
    if (proved === 'by a bench') expect([what, by]).toEqual([what, expect.stringContaining('pnpm bench ')]);
    if (proved === 'GitHub') expect([what, by]).toEqual([what, expect.stringContaining('.yml`, job')]);
  }
});

it('names files that are there', () => {
  const named = [...readme.matchAll(/`((?:deploy|packages|migrations|\.github|\.ci)\/[^`\s]+)`/g)].map(
    ([, path = '']) => path,
  );
  const linked = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => `deploy/${path}`);
  expect([...named, ...linked].filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

it('names jobs that the workflows have', () => {
  for (const [, by = ''] of rows) {
    for (const [, file = '', jobs = ''] of by.matchAll(/`(\w+\.yml)`, jobs? ((?:`\w+`(?:, )?)+)/g)) {
      const workflow = parse(readFileSync(new URL(`.github/workflows/${file}`, root), 'utf8')) as { jobs: object };
      for (const [, job] of jobs.matchAll(/`(\w+)`/g)) expect(Object.keys(workflow.jobs)).toContain(job);
    }
  }
});
