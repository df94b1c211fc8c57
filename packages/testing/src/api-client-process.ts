// Makes a client of an OpenAPI document: a process of its own, for the generator brings a compiler of some hundred megabytes.
// Arguments: the file of the document, the directory of the client.

import { createClient } from '@hey-api/openapi-ts';

const [input = '', path = ''] = process.argv.slice(2);
await createClient({
  input,
  output: { path, module: { extension: '.ts' } },
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
  logs: { level: 'warn', file: false },
});
