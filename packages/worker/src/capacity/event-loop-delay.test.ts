import { atEnd, eventually } from '@everytick/testing';
import { expect, it } from '@jest/globals';
import { EventLoopDelay } from './event-loop-delay.ts';

it('shows how long the event loop was blocked, even if it is asked before its own timer, and shows it once', async () => {
  const delay = new EventLoopDelay();
  atEnd(() => Promise.resolve(delay.stop()));
  await eventually(() => delay.takeP99Ms() < 50);
  const until = performance.now() + 300;
  while (performance.now() < until);
  expect(delay.takeP99Ms()).toBeGreaterThan(250);
  expect(delay.takeP99Ms()).toBe(0);
  await eventually(() => delay.takeP99Ms() < 50);
});

it('remembers when it stood still, for whoever asks about a time that this was part of', async () => {
  const delay = new EventLoopDelay();
  atEnd(() => Promise.resolve(delay.stop()));
  await eventually(() => delay.takeP99Ms() < 50);
  const before = performance.now();
  while (performance.now() < before + 400);
  expect(delay.stalledMsSince(before)).toBeGreaterThan(350);
  expect(delay.stalledMsSince(before + 200)).toBeGreaterThan(150);
  expect(delay.stalledMsSince(before + 200)).toBeLessThan(delay.stalledMsSince(before) - 150);
  expect(delay.stalledMsSince(performance.now())).toBe(0);
});
