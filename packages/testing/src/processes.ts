// Real child processes for tests, to talk to and to kill.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { atEnd } from './test-scope.ts';

export interface Exit {
  /** Null where a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface TestProcess extends AsyncDisposable {
  readonly pid: number;
  /** Everything written so far, stdout and stderr in order of arrival. */
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when the process has ended and all its output has been read. */
  readonly exited: Promise<Exit>;
  /** Resolves to the first match in the output, past or to come. Rejects when the process ends, or time is up, without. */
  waitForOutput(pattern: string | RegExp, timeoutMs?: number): Promise<string>;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL if it still runs. Happens by itself at the end of the test. */
  end(): Promise<Exit>;
}

export interface ProcessOptions {
  /** Added to the environment of the tests, which is passed on without settings of Everytick, OpenTelemetry and PostgreSQL. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts a program. Rejects where it cannot be started at all. */
export async function startProcess(
  command: string,
  args: readonly string[] = [],
  { env = {}, cwd }: ProcessOptions = {},
): Promise<TestProcess> {
  const child = spawn(command, args, { env: { ...neutralEnv(), ...env }, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '', output: '' };
  const watchers = new Set<() => void>();
  const wake = () => {
    for (const watcher of [...watchers]) watcher();
  };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      texts[stream] += chunk;
      texts.output += chunk;
      wake();
    });
  }
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    child.on('close', (code, signal) => {
      exit = { code, signal };
      resolve(exit);
      wake();
    });
  });
  await new Promise<void>((resolve, reject) => child.on('spawn', resolve).on('error', reject));

  const end = () => {
    child.kill('SIGKILL'); // no effect once it has ended: Node keeps the handle, not just the number
    return exited;
  };
  atEnd(async () => {
    await end();
  });

  return {
    pid: child.pid as number,
    get output() {
      return texts.output;
    },
    get stdout() {
      return texts.stdout;
    },
    get stderr() {
      return texts.stderr;
    },
    exited,
    waitForOutput(pattern, timeoutMs = 10_000) {
      return new Promise((resolve, reject) => {
        const settle = (conclude: () => void) => {
          watchers.delete(look);
          clearTimeout(timer);
          conclude();
        };
        const fail = (why: string) =>
          settle(() => reject(new Error(`${why} without ${pattern} in its output:\n${texts.output}`)));
        const timer = setTimeout(() => fail(`${timeoutMs} ms went by`), timeoutMs);
        const look = () => {
          const found = firstMatch(texts.output, pattern);
          if (found !== undefined) settle(() => resolve(found));
          else if (exit !== undefined) fail(`The process ended (code ${exit.code}, signal ${exit.signal})`);
        };
        watchers.add(look);
        look();
      });
    },
    signal(signal) {
      child.kill(signal);
    },
    end,
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}

/** What workers need that check sites of tests: these are on this machine, where checks connect only if they may. */
export const openLoopback = { EVERYTICK_EGRESS_ALLOW: '127.0.0.0/8 ::1/128' } as const;

/** Starts the `everytick` command from its sources. Checks may connect to loopback unless `options.env` says otherwise. */
export function everytick(args: readonly string[], options: ProcessOptions = {}): Promise<TestProcess> {
  const main = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));
  const env = { ...openLoopback, ...options.env };
  return startProcess(process.execPath, ['--conditions=everytick-source', main, ...args], { ...options, env });
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a short `everytick` command to its end. */
export async function runEverytick(args: readonly string[], options: ProcessOptions = {}): Promise<CommandResult> {
  const child = await everytick(args, options);
  const { code } = await child.exited;
  return { code, stdout: child.stdout, stderr: child.stderr };
}

function firstMatch(text: string, pattern: string | RegExp): string | undefined {
  if (typeof pattern === 'string') return text.includes(pattern) ? pattern : undefined;
  return new RegExp(pattern, pattern.flags.replace(/[gy]/g, '')).exec(text)?.[0];
}

/** A developer's own EVERYTICK_DATABASE_URL or PGHOST must not decide what a test does. */
function neutralEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(EVERYTICK_|OTEL_|PG|NODE_OPTIONS$)/.test(name)),
  );
}
