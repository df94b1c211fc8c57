// npx pnpm@12 generate

import { mkdirSync, writeFileSync } from 'node:fs';
import { generatedFiles } from './generated-files.ts';

for (const { path, text } of generatedFiles) {
  mkdirSync(new URL('.', new URL(path, import.meta.url)), { recursive: true });
  writeFileSync(new URL(path, import.meta.url), await text());
  process.stdout.write(`deploy/${path}\n`);
}
