// What is logged of the export of spans: the first failure, then once a minute how many there have been since, and that it
// works again. A collector that is away for a night must not fill the log, and its absence is no failure of the service.

import type { Logger } from '@everytick/core';
import type { DiagLogger } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

const QUIET_MS = 60_000;

export class ExporterLog implements DiagLogger {
  readonly #logger: Logger;
  readonly #now: () => number;
  /** When something was logged last, by kind, and what was passed over since. */
  readonly #said = new Map<string, { atMs: number; passedOver: number }>();
  #spansLost = 0;
  #failing = false;

  constructor(logger: Logger, now: () => number = () => performance.now()) {
    this.#logger = logger;
    this.#now = now;
  }

  exported(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#said.delete('export');
    this.#logger.info({ spansLost: this.#spansLost }, 'traces are exported again');
    this.#spansLost = 0;
  }

  /** `spans` of a batch that is lost now. */
  notExported(spans: number, reason: string): void {
    this.#failing = true;
    this.#spansLost += spans;
    this.#say('export', { reason, spansLost: this.#spansLost }, 'traces cannot be exported');
  }

  /** Of the SDK itself. Failed exports have been told of; the SDK tells of each once more. */
  error(message: string): void {
    if (!this.#failing) this.#say('error', { reason: shortened(message) }, 'the OpenTelemetry SDK reports an error');
  }

  /** Such as spans that were dropped because the queue was full. */
  warn(message: string): void {
    this.#say('warn', { reason: shortened(message) }, 'the OpenTelemetry SDK warns');
  }

  info(): void {
    // Not asked for.
  }

  debug(): void {
    // Not asked for.
  }

  verbose(): void {
    // Not asked for.
  }

  #say(kind: string, details: Readonly<Record<string, unknown>>, message: string): void {
    const said = this.#said.get(kind);
    if (said !== undefined && this.#now() - said.atMs < QUIET_MS) {
      said.passedOver++;
      return;
    }
    this.#said.set(kind, { atMs: this.#now(), passedOver: 0 });
    this.#logger.warn({ ...details, ...(said?.passedOver ? { alsoBefore: said.passedOver } : {}) }, message);
  }
}

/** Passes everything on to an exporter and tells the log what became of it. */
export class LoggedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #log: ExporterLog;

  constructor(exporter: SpanExporter, log: ExporterLog) {
    this.#exporter = exporter;
    this.#log = log;
  }

  export(spans: ReadableSpan[], onResult: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      if (result.code === ExportResultCode.SUCCESS) this.#log.exported();
      else this.#log.notExported(spans.length, reasonOf(result.error));
      onResult(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

/** Of a collector's answer its status alone. */
function reasonOf(error: Error | undefined): string {
  const { code, message = 'unknown', name } = (error ?? {}) as Partial<Error> & { readonly code?: unknown };
  if (name === 'OTLPExporterError' && typeof code === 'number') return `the collector answered ${code} ${message}`;
  return shortened(message === '' && typeof code === 'string' ? code : message);
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
