// Logs go through pino to a worker thread, so that a slow reader of the log never holds up a check.

import pino from 'pino';
import type { LogConfig } from '../config/log.ts';

export type Logger = pino.Logger;

/**
 * The logger of a process: JSON lines, or readable lines in a terminal, on standard output. What is logged about a
 * target is its id and `redactUrl(url)`, never the URL itself.
 */
export function createLogger(config: LogConfig, bindings: Record<string, unknown>): Logger {
  const transport = pino.transport(
    config.format === 'pretty'
      ? { target: 'pino-pretty', options: { destination: 1, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' } }
      : { target: 'pino/file', options: { destination: 1 } },
  );
  const logger = pino(
    {
      level: config.level,
      base: { pid: process.pid, ...bindings },
      timestamp: pino.stdTimeFunctions.isoTime,
      // The last line of defence: whatever is logged by mistake under these names is not shown.
      redact: ['password', '*.password', 'authorization', '*.authorization', 'connectionString', '*.connectionString'],
    },
    transport,
  );
  // The reader of the log has gone, or the disk is full. That is no reason to stop checking.
  transport.once('error', (error: Error) => {
    logger.level = 'silent';
    process.stderr.write(`everytick: the log cannot be written any more (${error.message}), going on without it\n`);
    transport.on('error', () => undefined);
  });
  return logger;
}

/** A logger that says nothing, for tests and for commands whose output is for people. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
