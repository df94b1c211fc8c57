// everytick schema

import { writeFileSync } from 'node:fs';
import { configurationJsonSchema, EverytickError, jsonText } from '@everytick/core';
import { Command } from 'commander';

export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of configuration files, for editors')
    .option('-o, --output <file>', 'write it to this file instead')
    .addHelpText(
      'after',
      `
Editors that know YAML complete and check a configuration file whose first line leads to it:
  # yaml-language-server: $schema=everytick.schema.json

Examples:
  everytick schema --output everytick.schema.json
  everytick schema | jq .properties`,
    )
    .action(({ output }: { output?: string }) => {
      const text = jsonText(configurationJsonSchema());
      if (output === undefined) process.stdout.write(text);
      else writeTo(output, text);
    });
}

function writeTo(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new EverytickError('usage', `--output: ${path} cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
  process.stderr.write(`Wrote ${path}. In a configuration file: # yaml-language-server: $schema=${path}\n`);
}
