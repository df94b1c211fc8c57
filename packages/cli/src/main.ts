#!/usr/bin/env node

// Where everything begins. Node.js keeps what it has compiled (and, of sources, what is left without the types), which halves
// the time that a short command takes. In a directory of our own: nobody else may put code there. Where it cannot be written,
// nothing is kept.

import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { holdHeap } from './heap-size.ts';

// They live for months, and there are many of them.
const role = process.argv[2];
if (role === 'worker' || role === 'coordinator') holdHeap(role);
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/node-compile-cache', import.meta.url)));
await import('./everytick.ts');
