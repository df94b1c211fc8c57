// Traces of a long-running process, where they are wanted.

import { readFileSync } from 'node:fs';
import type { Logger } from '@everytick/core';
import { onShutdown } from '../shutdown.ts';
import type { TracingConfig } from './tracing-config.ts';

/** As others see this process. */
export interface Service {
  readonly name: string;
  /** What tells it from others of the same name. */
  readonly instance?: string;
}

export interface Tracing {
  /** Makes no more spans and sends those there are. Resolves when that is done, or after the deadline. */
  stop(deadlineMs: number): Promise<void>;
}

/** For the last spans. A collector that is away holds nobody up for longer. */
const LAST_EXPORT_MS = 2_000;

/**
 * To be called before anything is made that is traced. The last spans are exported after the handler `after` has run: when
 * there is nothing left to trace.
 */
export async function startTracing(
  config: TracingConfig | null,
  service: Service,
  { logger, after }: { readonly logger: Logger; readonly after: string },
): Promise<void> {
  if (config === null) return;
  for (const warning of config.warnings) logger.warn(warning);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  const { startSdk } = await import('./sdk.ts');
  const tracing = await startSdk(config, { ...service, version }, logger);
  onShutdown('traces', [after], () => tracing.stop(LAST_EXPORT_MS), LAST_EXPORT_MS + 500);
}
