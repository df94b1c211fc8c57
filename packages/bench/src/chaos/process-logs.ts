// The logs of the processes: where they are, and what in them should not be there.

import { appendFile, copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** pino's numbers. */
const LEVELS = { warnings: 40, errors: 50 };

/** How often each message was logged. */
export interface Complaints {
  readonly warnings: Readonly<Record<string, number>>;
  /** What is no JSON was written by Node.js itself, a crash, and counts as an error. */
  readonly errors: Readonly<Record<string, number>>;
}

export class ProcessLogs {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(): Promise<ProcessLogs> {
    return new ProcessLogs(await mkdtemp(join(tmpdir(), 'everytick-chaos-')));
  }

  fileOf(process: string): string {
    return join(this.directory, `${process}.log`);
  }

  async keepCopy(file: string, as: string): Promise<void> {
    await copyFile(file, this.fileOf(as)).catch((error) => appendFile(this.fileOf(as), `not copied: ${error}\n`));
  }

  async complaints(): Promise<Complaints> {
    const counts: Record<keyof Complaints, Record<string, number>> = { warnings: {}, errors: {} };
    for (const file of await readdir(this.directory)) {
      if (file === 'postgres.log') continue;
      for (const line of (await readFile(join(this.directory, file), 'utf8')).split('\n')) {
        const { level, message } = parse(line);
        const counted = level >= LEVELS.errors ? counts.errors : level >= LEVELS.warnings ? counts.warnings : {};
        counted[message] = (counted[message] ?? 0) + 1;
      }
    }
    return counts;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

function parse(line: string): { level: number; message: string } {
  if (line === '' || line.startsWith('---')) return { level: 0, message: line };
  try {
    const { level, msg, err } = JSON.parse(line) as { level: number; msg?: string; err?: { message?: string } };
    return { level, message: [msg, err?.message].filter(Boolean).join(': ') };
  } catch {
    return { level: LEVELS.errors, message: line };
  }
}
