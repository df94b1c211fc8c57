// A wall clock that is wrong, and steps while a process runs, by Debian's libfaketime. The monotonic clock stays as it is:
// stepping is what happens to wall clocks only.

import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findInstalled } from './debian-package.ts';
import { atEnd } from './test-scope.ts';

export interface ShiftedClock extends AsyncDisposable {
  /** For the environment of the processes that shall have this clock. */
  readonly env: Readonly<Record<string, string>>;
  /** Steps it, at once, in all processes that have it: `offsetS` seconds ahead of the real time, or behind (negative). */
  step(offsetS: number): Promise<void>;
}

/** Rejects where faketime is not installed: see isInstalled. */
export async function makeShiftedClock(offsetS: number): Promise<ShiftedClock> {
  const library = findInstalled('faketime');
  if (library === undefined) throw new Error('faketime is not installed');
  const directory = await mkdtemp(join(tmpdir(), 'everytick-clock-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  atEnd(remove);
  const file = join(directory, 'offset');
  const step = async (seconds: number) => {
    // Renamed into place: it is read with every look at the clock, and must never be found empty.
    await writeFile(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    await rename(`${file}.new`, file);
  };
  await step(offsetS);
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    step,
    [Symbol.asyncDispose]: remove,
  };
}
