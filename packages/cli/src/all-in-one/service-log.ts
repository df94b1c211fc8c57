// The log files of the services that `up` runs: JSON lines, one file per service, the one of the run before kept beside it.

import { openSync, renameSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';

const readAtOnce = 256 * 1024;

export interface LogRecord {
  readonly level: number;
  readonly msg: string;
  readonly detail: string;
}

/** pino's number for `warn`. */
export const warnLevel = 40;

/** Begins a new log file and gives a descriptor to write to it. */
export function beginLog(path: string): number {
  try {
    renameSync(path, path.replace(/\.log$/, '.previous.log'));
  } catch {
    // There was none.
  }
  return openSync(path, 'a', 0o640);
}

/** Reads what has been added to a log file since the last time. */
export class LogFollower {
  readonly #path: string;
  #position = 0;
  #rest = '';

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<LogRecord[]> {
    const file = await open(this.#path, 'r').catch(() => null);
    if (file === null) return [];
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(readAtOnce), 0, readAtOnce, this.#position);
      this.#position += bytesRead;
      // Lines are cut where bytes are, so that a character is never split.
      const text = this.#rest + buffer.toString('latin1', 0, bytesRead);
      const lines = text.split('\n');
      this.#rest = lines.pop() ?? '';
      return lines.map((line) => recordOf(Buffer.from(line, 'latin1').toString('utf8')));
    } finally {
      await file.close();
    }
  }
}

/** The last lines of a log file, for people. */
export async function lastLines(path: string, count: number): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count).map((line) => {
    const { msg, detail } = recordOf(line);
    return detail === '' ? msg : `${msg}: ${detail}`;
  });
}

// What is no JSON was written by Node.js itself: a crash.
function recordOf(line: string): LogRecord {
  try {
    const { level, msg, err } = JSON.parse(line) as { level?: unknown; msg?: unknown; err?: { message?: unknown } };
    const severity = typeof level === 'number' ? level : 30;
    return { level: severity, msg: String(msg ?? line), detail: err?.message === undefined ? '' : String(err.message) };
  } catch {
    return { level: warnLevel + 10, msg: line, detail: '' };
  }
}
