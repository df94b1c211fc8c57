import { readdirSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { chartCopies } from './chart-copies.ts';

it('has copies of all rules and dashboards in the chart, and none of those that are gone', () => {
  const files = readdirSync(new URL('everytick/files', import.meta.url), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.replace(/^.*\/deploy\//, ''));
  expect(files.sort()).toEqual(chartCopies.map(({ path }) => path).sort());
});
