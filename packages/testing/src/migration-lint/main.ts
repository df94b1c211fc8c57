// npx pnpm@12 lint:migrations [FILE...]

import { lintMigrations, migrationPaths } from './migration-lint.ts';

const given = process.argv.slice(2);
const paths = given.length > 0 ? given : await migrationPaths();
const findings = await lintMigrations(paths);
for (const { file, line, rule, message } of findings) process.stdout.write(`${file}:${line} ${rule}: ${message}\n`);
process.stdout.write(`${paths.length} files, ${findings.length} findings that nobody has explained\n`);
process.exitCode = findings.length > 0 ? 1 : 0;
