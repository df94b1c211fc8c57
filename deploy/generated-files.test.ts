import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { generatedFiles } from './generated-files.ts';

test.each(generatedFiles)(
  'deploy/$path is what the code says: if not, run npx pnpm@12 generate',
  async ({ path, text }) => {
    expect(readFileSync(new URL(path, import.meta.url), 'utf8')).toBe(await text());
  },
);
