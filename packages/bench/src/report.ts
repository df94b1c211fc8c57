// What every benchmark returns, and how it is shown.

import { cpus, release, totalmem } from 'node:os';
import Table from 'cli-table3';

export interface Report {
  readonly bench: string;
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly rows: readonly Readonly<Record<string, number | string>>[];
}

/** The machine that the figures belong to. */
export function machine(): string {
  const processors = cpus();
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return `${processors[0]?.model ?? 'unknown processor'} x ${processors.length}, ${memoryGiB} GiB, ${process.platform} ${release()}, Node ${process.version}`;
}

/** A row of figures stands upright: one figure a line. Several are compared side by side. */
export function toText(report: Report): string {
  const columns = Object.keys(report.rows[0] ?? {});
  const [only, ...others] = report.rows;
  const upright = only !== undefined && others.length === 0;
  const table = new Table({ ...(!upright && { head: columns }), style: { head: [], border: [] } });
  if (upright) for (const column of columns) table.push([column, String(only[column])]);
  else for (const row of report.rows) table.push(columns.map((column) => String(row[column])));
  const parameters = Object.entries(report.parameters).map(([name, value]) => `${name} ${value}`);
  return `${report.bench}: ${parameters.join(', ')}\n${machine()}\n${table.toString()}\n`;
}

export function toJson(report: Report): string {
  return `${JSON.stringify({ ...report, machine: machine() })}\n`;
}
