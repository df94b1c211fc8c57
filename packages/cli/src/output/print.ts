// The only way by which commands write their answer to standard output.

import { type Column, tableLines } from './table.ts';

export function printLine(line = ''): void {
  process.stdout.write(`${line}\n`);
}

export function printTable(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
  for (const line of tableLines(columns, rows, outputWidth())) printLine(line);
}

/** A JSON document, readable by people as well. */
export function printJson(value: unknown): void {
  printLine(JSON.stringify(value, null, 2));
}

/** For when the terminal is gone: from now on writing would be an error that ends the process amid its last duties. */
export function abandonOutput(): void {
  process.stdout.write = () => true;
  process.stderr.write = () => true;
}

/** The terminal's width; where there is none, nothing has to be cut. */
export function outputWidth(): number {
  return process.stdout.isTTY ? (process.stdout.columns ?? 80) : 1_000;
}
