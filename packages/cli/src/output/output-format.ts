// In which form a command answers: a table for people, or a document for programs.

import { EverytickError } from '@everytick/core';
import { keepTexts } from '@everytick/core/configuration';
import { type Command, Option } from 'commander';
import { Document } from 'yaml';
import { printJson, printLine } from './print.ts';

const formats = ['table', 'json', 'yaml'] as const;
export type OutputFormat = (typeof formats)[number];
export type DocumentFormat = Exclude<OutputFormat, 'table'>;

export interface OutputFlags {
  readonly output?: OutputFormat;
  readonly json?: true;
}

export function addOutputFlags(command: Command): Command {
  return command
    .addOption(new Option('--output <format>', 'the form of the answer, a table unless given').choices(formats))
    .option('--json', 'the same as --output json');
}

/** Throws `usage` where two forms are asked for. */
export function outputFormat({ output, json }: OutputFlags): OutputFormat {
  if (json && output !== undefined && output !== 'json') {
    throw new EverytickError('usage', `give either --json or --output ${output}, not both`);
  }
  return json ? 'json' : (output ?? 'table');
}

/** A document if one is asked for, else what `table` prints. */
export function printAs(format: OutputFormat, document: unknown, table: () => void): void {
  if (format === 'table') table();
  else printDocument(format, document);
}

export function printDocument(format: DocumentFormat, document: unknown): void {
  if (format === 'json') printJson(document);
  else printLine(yamlOf(document));
}

function yamlOf(document: unknown): string {
  // Moments become what they are in JSON.
  const yaml = new Document(JSON.parse(JSON.stringify(document)), { aliasDuplicateObjects: false });
  keepTexts(yaml);
  return yaml.toString({ lineWidth: 0 }).replace(/\n$/, '');
}
