// One row of Uptime Kuma's table `monitor`, and what its parts are told by.

import type { CheckDraft } from '../check-draft.ts';
import type { ImportReport } from '../imported.ts';
import type { SecretReferences } from '../secret-references.ts';
import { shownScalar } from '../source-text.ts';
import { type SourceValue, sourceValueOf } from '../source-value.ts';
import { nameOfUrl } from '../url-secrets.ts';
import type { KumaSource, Row } from './read-kuma.ts';

/** They may hold secrets anywhere, or are long. */
const unshown: ReadonlySet<string> = new Set(['headers', 'body', 'tls_cert', 'tls_key', 'tls_ca']);

export class Monitor {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly source: SourceValue;
  readonly #row: Row;
  readonly #report: ImportReport;

  constructor({ file }: KumaSource, row: Row, report: ImportReport) {
    this.#row = row;
    this.#report = report;
    this.id = Number(row['id']);
    this.type = String(row['type'] ?? '');
    this.name = String(row['name'] ?? '').trim() || nameOfUrl(String(row['url'] ?? '')) || `monitor ${this.id}`;
    this.source = sourceValueOf(row, { file, path: `monitor[${this.id}]`, line: null });
  }

  get where(): string {
    return this.source.where;
  }

  whereOf(column: string): string {
    return `${this.where}.${column}`;
  }

  /** Undefined where the column is absent, NULL or empty. */
  text(column: string): string | undefined {
    this.source.get(column);
    const value = this.#row[column];
    return value === null || value === undefined || value === '' ? undefined : String(value);
  }

  number(column: string): number | undefined {
    const text = this.text(column);
    const value = Number(text);
    return text === undefined || !Number.isFinite(value) ? undefined : value;
  }

  flag(column: string): boolean {
    const text = this.text(column);
    return text === '1' || text === 'true';
  }

  /** Counts what says nothing as looked at: columns without a value, or with that of every new monitor. */
  dismissDefaults(defaults: ReadonlyMap<string, string | null>): void {
    for (const [column, fallback] of defaults) {
      const value = this.#row[column] ?? '';
      if (value === '' || String(value) === fallback) this.source.get(column)?.dismiss();
    }
  }

  leftOut(column: string, why: string): void {
    this.#report.leftOut(this.whereOf(column), this.#shown(column), why, this.name);
  }

  changed(column: string, why: string): void {
    this.#report.changed(this.whereOf(column), this.#shown(column), why, this.name);
  }

  #shown(column: string): string {
    if (unshown.has(column)) return column;
    return `${column}: ${shownScalar(this.text(column) ?? '', column)}`;
  }
}

export interface MonitorReading {
  readonly monitor: Monitor;
  readonly draft: CheckDraft;
  readonly report: ImportReport;
  readonly secrets: SecretReferences;
  readonly source: KumaSource;
}
