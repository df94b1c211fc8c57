// How much memory V8 takes beyond what is in use: for processes that live for months and have little to do at a time.
//
// V8 lets its young generation grow to 134 MB (two halves of 64 MB, one of them empty) before it looks there for garbage, and
// a process that has nothing but garbage to make fills all of it, whatever the rate. The old one may become several times as
// large as what is alive in it. The limits of V8's own (--max-semi-space-size, --max-old-space-size) have to be known when
// the process starts, and there is no such moment that all ways to start one have in common: the command as it stands, the
// image, sources, services of `everytick up`. By how much both may grow can be said at any time.
//
// Worker at 400 checks/s from what is compiled, side by side under the same load (AMD EPYC x 2, others at work on it):
//
//   young generation   old one grows by   resident   CPU
//     134 MB             as V8 likes        372 MB     1
//      16 MB             as V8 likes        222 MB     1.02
//       8 MB             as V8 likes        199 MB     1.02
//       4 MB             as V8 likes        195 MB     1.06
//       8 MB             half               150 MB     1.02
//       8 MB             a quarter          145 MB     1.02
//
// A coordinator makes little garbage: its young generation stays at 1 MB. Of what it makes some grows old all the same, and V8 lets the
// old generation grow by 8 MB before it collects it, however small a share is allowed; by 2 MB where memory matters more than time
// (--optimize-for-size). After five minutes, side by side: 118 MB and growing to 125, and 110, for the same CPU.

import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const ENOUGH_BYTES = 8 * 1_024 * 1_024;
const LOOK_MS = 100;

const flags = {
  worker: ['--semi-space-growth-factor=1', '--heap-growing-percent=25'],
  coordinator: ['--semi-space-growth-factor=1', '--heap-growing-percent=5', '--optimize-for-size'],
} as const;

/**
 * To be called before modules are loaded: what they leave alive makes the young generation grow at once. And before the
 * compile cache is opened, which knows code that was compiled under the same flags only.
 */
export function holdHeap(role: keyof typeof flags): void {
  for (const flag of flags[role]) setFlagsFromString(flag);
}

/** Lets a worker's young generation become as large as it should be for good. Not before all is loaded. */
export function growYoungGeneration(): void {
  if (sizeBytes() >= ENOUGH_BYTES) return;
  setFlagsFromString('--semi-space-growth-factor=2');
  // It grows when as much as it holds has outlived collections, so that two steps are not close together.
  const looking = setInterval(() => {
    if (sizeBytes() < ENOUGH_BYTES) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(looking);
  }, LOOK_MS);
  looking.unref();
}

function sizeBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0;
}
