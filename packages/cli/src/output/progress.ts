// Progress of long work, on standard error and on a terminal only: what a program reads stays clean.

import { createLogUpdate } from 'log-update';

export interface Progress {
  /** `share` of the work is done, from 0 to 1. */
  show(share: number, text: string): void;
  /** Takes the line away. */
  end(): void;
}

const WIDTH = 24;

export function showProgress(): Progress {
  if (!process.stderr.isTTY) return { show: () => undefined, end: () => undefined };
  const update = createLogUpdate(process.stderr);
  return {
    show(share, text) {
      const done = Math.round(share * WIDTH);
      update(`${'█'.repeat(done)}${'░'.repeat(WIDTH - done)} ${Math.round(share * 100)} %  ${text}`);
    },
    end() {
      update.clear();
      update.done();
    },
  };
}
