// A client of an API as its users would make it: by a generator that knows nothing but the OpenAPI document.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess } from './processes.ts';
import { makeScratchDirectory } from './scratch-server.ts';

/** The path of its module, TypeScript with a function for each operation. Rejects if none can be made. */
export async function generateApiClient(document: object): Promise<string> {
  const directory = await makeScratchDirectory();
  const file = join(directory, 'openapi.json');
  await writeFile(file, JSON.stringify(document));
  const script = fileURLToPath(new URL('./api-client-process.ts', import.meta.url));
  const child = await startProcess(process.execPath, [
    '--conditions=everytick-source',
    script,
    file,
    join(directory, 'client'),
  ]);
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`The generator ended with code ${code}:\n${child.output}`);
  return join(directory, 'client', 'sdk.gen.ts');
}
