// npx pnpm@12 generate

import { mkdirSync, writeFileSync } from 'node:fs';
import { generatedFiles } from './generated-files.ts';

const root = new URL('../../', import.meta.url);
mkdirSync(new URL('schema/', root), { recursive: true });
for (const { path, text } of generatedFiles()) {
  writeFileSync(new URL(path, root), text);
  process.stdout.write(`packages/core/${path}\n`);
}
