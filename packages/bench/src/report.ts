// What every benchmark returns, and how it is shown.

import { cpus, release, totalmem } from 'node:os';
import Table from 'cli-table3';

/** Null where there is no such thing. */
export type Figure = number | string | null | { readonly [name: string]: number | string | null };

export interface Report {
  readonly bench: string;
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly rows: readonly Readonly<Record<string, number | string>>[];
  /** What the rows are an extract of: in the JSON alone. */
  readonly samples?: Report['rows'];
  /** What the benchmark comes to, beside its rows: at the top level of the JSON, and below the table. */
  readonly figures?: Readonly<Record<string, Figure>>;
}

/** The machine that the figures belong to. */
export function machine(): string {
  const processors = cpus();
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return `${processors[0]?.model ?? 'unknown processor'} x ${processors.length}, ${memoryGiB} GiB, ${process.platform} ${release()}, Node ${process.version}`;
}

/** Several rows are compared: side by side, or, where they are too wide for that, as columns. A single one is a column. */
export function toText(report: Report): string {
  const parameters = Object.entries(report.parameters).map(([name, value]) => `${name} ${value}`);
  const figures = Object.entries(report.figures ?? {}).map(([name, value]) => `${name}: ${wordsOf(value)}\n`);
  return `${report.bench}: ${parameters.join(', ')}\n${machine()}\n${tableOf(report.rows)}\n${figures.join('')}`;
}

/** Beyond this many columns a table does not fit on a screen. */
const WIDE = 12;

/** Without lines between the rows. */
const COMPACT = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

export function tableOf(rows: Report['rows'], { compact = false } = {}): string {
  const columns = Object.keys(rows[0] ?? {});
  const upright = rows.length === 1 || columns.length > WIDE;
  const table = new Table({
    ...(!upright && { head: columns }),
    ...(compact && { chars: COMPACT }),
    style: { head: [], border: [] },
  });
  if (upright) for (const column of columns) table.push([column, ...rows.map((row) => String(row[column]))]);
  else for (const row of rows) table.push(columns.map((column) => String(row[column])));
  return table.toString();
}

function wordsOf(figure: Figure): string {
  if (typeof figure !== 'object' || figure === null) return String(figure ?? '-');
  return Object.entries(figure)
    .map(([name, value]) => `${name} ${value ?? '-'}`)
    .join(', ');
}

export function toJson({ figures, ...report }: Report): string {
  return `${JSON.stringify({ ...report, ...figures, machine: machine() })}\n`;
}

export function rounded(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
