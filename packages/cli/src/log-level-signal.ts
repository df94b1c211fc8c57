// Changing what a running process logs: SIGUSR2 makes it log at `debug`, and once more as it is configured. Not SIGUSR1, with
// which Node.js opens its debugger.

import type { Logger } from '@everytick/core';

/** The signal that asks for it. */
export const logLevelSignal = 'SIGUSR2';

const detailed = 'debug';

/** From now on; until then the signal ends the process, as it does by default. */
export function switchLogLevelOnSignal(logger: Logger): void {
  const configured = logger.level;
  process.on(logLevelSignal, () => {
    const from = logger.level;
    const level = from === detailed ? configured : detailed;
    // Said while it can be seen: the level that is configured may be one at which this is not logged.
    logger.level = detailed;
    logger.info({ from, level }, level === from ? 'the log level stays as it is configured' : 'the log level changes');
    logger.level = level;
  });
}
