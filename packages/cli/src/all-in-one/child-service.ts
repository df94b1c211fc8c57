// A service that `up` runs as a process of its own, kept running until it is told to stop.
//
//   starting --'ready' message--> ready --exit--> waiting --back-off passed--> starting
//      | exit before the first 'ready'              |
//      v                                            v stop()
//   failed (start() rejects)                    stopping --exit--> stopped
//
// The process is in a session of its own: Ctrl-C reaches `up` alone, which then stops its services in order. Should `up`
// itself vanish, the closing of the IPC channel tells the service to leave.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { EverytickError } from '@everytick/core';
import { beginLog, lastLines } from './service-log.ts';

export interface ChildServiceOptions {
  readonly name: string;
  /** The module to run, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Hears, in sentences, of a service that died and of its return. */
  readonly onIncident: (message: string) => void;
}

const firstBackoffMs = 500;
const longestBackoffMs = 15_000;
/** After running this long a service is taken as healthy, and its next failure as the first one. */
const healthyMs = 30_000;

export class ChildService {
  readonly name: string;
  readonly logFile: string;
  readonly #options: ChildServiceOptions;
  readonly #logDescriptor: number;
  #child: ChildProcess | null = null;
  /** The process that runs now has said that it serves. */
  #serving = false;
  #statusUrl: string | null = null;
  #apiUrl: string | null = null;
  #stopping = false;
  #backoffMs = firstBackoffMs;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: ChildServiceOptions) {
    this.name = options.name;
    this.logFile = options.logFile;
    this.#options = options;
    this.#logDescriptor = beginLog(options.logFile);
  }

  /** What it last said it serves; null before its first start. */
  get statusUrl(): string | null {
    return this.#statusUrl;
  }

  /** The API that it last said it serves; null where it serves none. */
  get apiUrl(): string | null {
    return this.#apiUrl;
  }

  /** Resolves when it serves. Rejects with the end of its log if it ends before that. */
  async start(): Promise<void> {
    const child = this.#spawn();
    const ready = new Promise<void>((resolve) => child.once('message', () => resolve()));
    const ended = once(child, 'close').then(async ([code, signal]) => {
      if (this.#stopping) return;
      const log = await lastLines(this.logFile, 15);
      const message = `${this.name} ${endingOf(code, signal)} before it was ready; the end of ${this.logFile}:`;
      throw new EverytickError(code === 2 ? 'config_invalid' : 'service_failed', [message, ...log].join('\n  '));
    });
    await Promise.race([ready, ended]);
    ended.catch(() => undefined);
    if (!this.#stopping) this.#watch(child);
  }

  /** Asks it to leave, and ends it after the deadline. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child !== null && isRunning(child)) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
      await ended;
      clearTimeout(timer);
    }
  }

  /** Passes a signal on, if it serves. One that is still starting could only be ended by it. */
  signal(signal: NodeJS.Signals): void {
    if (this.#serving) this.#child?.kill(signal);
  }

  /** Ends it at once. */
  kill(): void {
    this.#stopping = true;
    clearTimeout(this.#restart);
    this.#child?.kill('SIGKILL');
  }

  /** Frees the log file. */
  dispose(): void {
    closeSync(this.#logDescriptor);
  }

  #spawn(): ChildProcess {
    const { script, args, env } = this.#options;
    const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
      env,
      detached: true,
      stdio: ['ignore', this.#logDescriptor, this.#logDescriptor, 'ipc'],
    });
    child.on(
      'message',
      (message: { readonly type?: unknown; readonly statusUrl?: unknown; readonly apiUrl?: unknown }) => {
        if (message?.type !== 'ready' || typeof message.statusUrl !== 'string') return;
        this.#serving = true;
        this.#statusUrl = message.statusUrl;
        this.#apiUrl = typeof message.apiUrl === 'string' ? message.apiUrl : null;
      },
    );
    this.#serving = false;
    this.#child = child;
    return child;
  }

  #watch(child: ChildProcess): void {
    const since = performance.now();
    const onEnd = (code: number | null, signal: NodeJS.Signals | null) => {
      if (this.#stopping) return;
      if (performance.now() - since > healthyMs) this.#backoffMs = firstBackoffMs;
      const backoffMs = this.#backoffMs;
      this.#backoffMs = Math.min(backoffMs * 2, longestBackoffMs);
      const when = `${(backoffMs / 1_000).toFixed(1)} s`;
      this.#options.onIncident(`${this.name} ${endingOf(code, signal)}; restart in ${when}, see ${this.logFile}`);
      this.#restart = setTimeout(() => this.#startAgain(), backoffMs);
    };
    if (isRunning(child)) child.once('exit', onEnd);
    else onEnd(child.exitCode, child.signalCode);
  }

  #startAgain(): void {
    const child = this.#spawn();
    child.once('message', () => this.#options.onIncident(`${this.name} is back (process ${child.pid})`));
    this.#watch(child);
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function endingOf(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}
