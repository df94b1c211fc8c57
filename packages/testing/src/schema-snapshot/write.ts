// npx pnpm@12 schema-snapshot

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { migrate } from '@everytick/cli/migrate';
import pg from 'pg';
import { startOwnPostgres } from '../own-server.ts';
import { schemaSnapshot, snapshotFile } from './snapshot.ts';

await using server = await startOwnPostgres();
await migrate({ databaseUrl: server.url });
const client = new pg.Client({ connectionString: server.url });
await client.connect();
const text = await schemaSnapshot(client).finally(() => client.end());
await mkdir(dirname(snapshotFile), { recursive: true });
await writeFile(snapshotFile, text);
process.stdout.write(`${snapshotFile}\n`);
