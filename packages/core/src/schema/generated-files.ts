// What is made of the schemas and kept in the repository: a test compares, `npx pnpm@12 generate` writes it anew.

import { configurationJsonSchema } from './configuration-json-schema.ts';
import { jsonText } from './json-text.ts';
import { referencePage } from './reference-page.ts';

export interface GeneratedFile {
  /** From the root of the package. */
  readonly path: string;
  readonly text: string;
}

export function generatedFiles(): GeneratedFile[] {
  return [
    { path: 'schema/everytick.schema.json', text: jsonText(configurationJsonSchema()) },
    { path: 'src/configuration/REFERENCE.md', text: referencePage() },
  ];
}
