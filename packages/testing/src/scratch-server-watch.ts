// Started as a process of its own by scratch-server.ts: reads directories, one a line, and removes the servers in them
// once its input ends, which is when the process that started it has ended.

import { createInterface } from 'node:readline';
import { removeEmbeddedPostgres } from '@everytick/cli/embedded-postgres';

const directories: string[] = [];
for await (const directory of createInterface({ input: process.stdin })) directories.push(directory);
// The newest first: it may lie within an older one. One that cannot be removed must not keep the others.
for (const directory of directories.reverse()) await removeEmbeddedPostgres(directory).catch(() => undefined);
