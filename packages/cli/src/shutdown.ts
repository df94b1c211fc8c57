// Leaving in order, on node-graceful-shutdown, with what it leaves to its user: every handler has a deadline and cannot
// fail, a second signal leaves at once, and behind it all stands a timer that ends the process.
//
// That library removes the signal handlers it finds when it is imported. Nothing else here sets any.

import { setTimeout as delay } from 'node:timers/promises';
import { onShutdown as registerHandler } from 'node-graceful-shutdown';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const;
const SIGNAL_NUMBERS = { SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;
const HARD_EXIT_MARGIN_MS = 5_000;

let anythingToStop = false;
let totalDeadlineMs = 0;
let leaving = false;
/** By ourselves, not by a signal. */
let asked = false;
let exitCode = 0;
let reportFailure: (name: string, reason: string) => void = (name, reason) => {
  process.stderr.write(`everytick: while stopping, ${name} ${reason}\n`);
};

/**
 * Registers what has to be done before the process leaves. `dependencies` name the handlers that come first. A handler
 * that fails or takes longer than `deadlineMs` is reported and left behind; the others run all the same.
 */
export function onShutdown(
  name: string,
  dependencies: readonly string[],
  handler: () => Promise<unknown>,
  deadlineMs: number,
): void {
  anythingToStop = true;
  totalDeadlineMs += deadlineMs;
  registerHandler(name, [...dependencies], async () => {
    const cancel = new AbortController();
    const late = delay(deadlineMs, undefined, { signal: cancel.signal }).then(
      () => reportFailure(name, `took longer than ${deadlineMs} ms and was left behind`),
      () => undefined,
    );
    try {
      await Promise.race([handler(), late]);
    } catch (error) {
      reportFailure(name, `failed: ${(error as Error).message}`);
    } finally {
      cancel.abort();
    }
  });
}

/** Where failures of handlers are reported: standard error, unless something better is at hand. */
export function reportShutdownFailuresTo(report: (name: string, reason: string) => void): void {
  reportFailure = report;
}

/** Leaves in order with an exit code, as if a signal had asked for it, unless one has. Returns at once. */
export function shutDown(code: number): void {
  if (leaving) return;
  exitCode = code;
  asked = true;
  process.emit('SIGTERM', 'SIGTERM');
}

for (const signal of SIGNALS) {
  process.on(signal, () => {
    // A short command was cut off in the middle: nobody may take that for success.
    if (leaving || !(anythingToStop || asked)) process.exit(128 + SIGNAL_NUMBERS[signal]);
    leaving = true;
    setTimeout(() => {
      reportFailure('the process', 'did not leave in time and was ended');
      process.exit(1);
    }, totalDeadlineMs + HARD_EXIT_MARGIN_MS);
  });
}

// The library leaves with 0 whatever happened; this is the last word.
process.on('exit', (code) => {
  if (leaving && code === 0) process.exitCode = exitCode;
});
