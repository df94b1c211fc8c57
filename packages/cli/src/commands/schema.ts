// everytick schema

import { writeFileSync } from 'node:fs';
import { configurationJsonSchema, EverytickError, jsonText } from '@everytick/core';
import { Command } from 'commander';

export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of configuration files, for editors')
    .option('--to <file>', 'write it to this file instead')
    .addHelpText(
      'after',
      `
Editors that know YAML complete and check a configuration file whose first line leads to it:
  # yaml-language-server: $schema=everytick.schema.json

Examples:
  everytick schema --to everytick.schema.json
  everytick schema | jq .properties`,
    )
    .action(({ to }: { to?: string }) => {
      const text = jsonText(configurationJsonSchema());
      if (to === undefined) process.stdout.write(text);
      else writeTo(to, text);
    });
}

function writeTo(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new EverytickError('usage', `--to: ${path} cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
  process.stderr.write(`Wrote ${path}. In a configuration file: # yaml-language-server: $schema=${path}\n`);
}
