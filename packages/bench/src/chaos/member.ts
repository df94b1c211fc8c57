// One worker or coordinator of the chaos run: a real process with a log file and a way to PostgreSQL of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FaultProxy } from '@everytick/testing';

const main = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
const START_TIMEOUT_MS = 30_000;
const LEAVE_TIMEOUT_MS = 45_000;

export interface MemberOptions {
  readonly name: string;
  readonly role: 'worker' | 'coordinator';
  /** All of the process's connections to PostgreSQL pass through it. */
  readonly proxy: FaultProxy;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Hears, in sentences, of what should not have happened. */
  readonly onProblem: (problem: string) => void;
}

/** gone --start()--> running --kill(), terminate()--> gone; running --freeze()--> frozen --thaw()--> running */
export class Member {
  readonly name: string;
  readonly proxy: FaultProxy;
  readonly logFile: string;
  readonly #options: MemberOptions;
  #child: ChildProcess | undefined;
  #exitExpected = false;

  constructor(options: MemberOptions) {
    this.name = options.name;
    this.proxy = options.proxy;
    this.logFile = options.logFile;
    this.#options = options;
  }

  /** Resolves when the process serves its status, whether or not it reaches the database. */
  async start(): Promise<void> {
    const { role, env, name, onProblem } = this.#options;
    const log = openSync(this.logFile, 'a');
    writeSync(log, `--- ${name} starts at ${new Date().toISOString()}\n`);
    const child = spawn(process.execPath, ['--conditions=everytick-source', main, role], {
      env,
      // Ctrl-C is for us, not for it. Should we vanish, the end of the channel tells it to leave.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.#child = child;
    this.#exitExpected = false;
    child.on('exit', (code, signal) => {
      if (!this.#exitExpected) onProblem(`${name} ended by itself (code ${code}, signal ${signal})`);
    });
    const giveUp = new AbortController();
    try {
      await Promise.race([
        once(child, 'message', { signal: giveUp.signal }),
        once(child, 'exit', { signal: giveUp.signal }).then(() => {
          throw new Error(`${name} ended before it served its status; see ${this.logFile}`);
        }),
        delay(START_TIMEOUT_MS, undefined, { signal: giveUp.signal }).then(() => {
          throw new Error(`${name} did not serve its status within ${START_TIMEOUT_MS} ms; see ${this.logFile}`);
        }),
      ]);
    } finally {
      giveUp.abort();
    }
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** SIGKILL. Resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM. Resolves when it has left. One that does not is a problem, and is killed. */
  async terminate(): Promise<void> {
    const stuck = setTimeout(() => {
      this.#options.onProblem(`${this.name} did not leave within ${LEAVE_TIMEOUT_MS} ms of SIGTERM`);
      this.#child?.kill('SIGKILL');
    }, LEAVE_TIMEOUT_MS);
    const code = await this.#end('SIGTERM');
    clearTimeout(stuck);
    if (code !== 0) this.#options.onProblem(`${this.name} left with exit code ${code} after SIGTERM`);
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || !this.running) return 0;
    this.#exitExpected = true;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }
}
