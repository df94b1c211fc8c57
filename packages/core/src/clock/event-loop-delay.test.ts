import { setTimeout as delay } from 'node:timers/promises';
import { atEnd, eventually } from '@everytick/testing';
import { expect, it } from '@jest/globals';
import { EventLoopDelay } from './event-loop-delay.ts';

/** One that has settled. */
async function startedDelay(): Promise<EventLoopDelay> {
  const made = new EventLoopDelay();
  atEnd(() => Promise.resolve(made.stop()));
  await eventually(() => made.takeP99Ms() < 50);
  return made;
}

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('shows how long the event loop was blocked, even if it is asked before its own timer, and shows it once', async () => {
  const eventLoop = await startedDelay();
  block(300);
  expect(eventLoop.takeP99Ms()).toBeGreaterThan(250);
  expect(eventLoop.takeP99Ms()).toBeLessThan(150);
  await eventually(() => eventLoop.takeP99Ms() < 50);
});

it('shows one long delay in a second of short ones', async () => {
  const eventLoop = await startedDelay();
  const startedAt = performance.now();
  await delay(20);
  block(150);
  await eventually(() => performance.now() > startedAt + 1_000);
  expect(eventLoop.takeP99Ms()).toBeGreaterThan(100);
});

it('remembers when it stood still, for whoever asks about a time that this was part of', async () => {
  const eventLoop = await startedDelay();
  const before = performance.now();
  block(400);
  expect(eventLoop.stalledMsSince(before)).toBeGreaterThan(350);
  expect(eventLoop.stalledMsSince(before + 200)).toBeGreaterThan(150);
  expect(eventLoop.stalledMsSince(before + 200)).toBeLessThan(eventLoop.stalledMsSince(before) - 150);
  // It still stands still: the test has not returned to it.
  expect(eventLoop.stalledMsSince(performance.now())).toBeLessThan(1);
});

it('does not take a long delay for several short ones because many ask while it lasts', async () => {
  const eventLoop = await startedDelay();
  const before = performance.now();
  for (let asked = 0; asked < 20; asked++) {
    block(20);
    eventLoop.stalledMsSince(before);
    eventLoop.longestDelayMs(before, performance.now());
  }
  expect(eventLoop.stalledMsSince(before)).toBeGreaterThan(350);
  expect(eventLoop.longestDelayMs(before, performance.now())).toBeGreaterThan(350);
  await delay(20);
  expect(eventLoop.stalledMsSince(before)).toBeGreaterThan(350);
});

it('knows a delay that is not over, before its own timer has been late', async () => {
  const eventLoop = await startedDelay();
  const startedAt = performance.now();
  block(200);
  const now = performance.now();
  expect(eventLoop.longestDelayMs(startedAt, now)).toBeGreaterThan(180);
  expect(eventLoop.longestDelayMs(startedAt, now)).toBeLessThanOrEqual(now - startedAt);
  // A check that was over by then, and one that began amid it.
  expect(eventLoop.longestDelayMs(startedAt, startedAt + 50)).toBeLessThanOrEqual(50);
  expect(eventLoop.longestDelayMs(startedAt + 150, now)).toBeCloseTo(now - startedAt - 150);
});

it('lays a delay to no time before or after it', async () => {
  const eventLoop = await startedDelay();
  const before = performance.now();
  await delay(50);
  const blockedAt = performance.now();
  block(400);
  const blockedUntil = performance.now();
  await delay(50);
  const now = performance.now();
  expect(eventLoop.longestDelayMs(before, now)).toBeGreaterThan(380);
  expect(eventLoop.longestDelayMs(blockedAt, blockedUntil)).toBeGreaterThan(380);
  expect(eventLoop.longestDelayMs(before, blockedAt)).toBeLessThan(200);
  expect(eventLoop.longestDelayMs(blockedUntil, now)).toBeLessThan(200);
});

it('learns from other timers of the process as from its own, and counts no time twice', async () => {
  const eventLoop = await startedDelay();
  eventLoop.leaveToOthers();
  const before = performance.now();
  const dueAt = before + 5;
  await new Promise<void>((resolve) => {
    setTimeout(() => {
      eventLoop.sampled(dueAt);
      resolve();
    }, 5);
    block(300);
  });
  const heldUpMs = eventLoop.longestDelayMs(before, performance.now());
  expect(heldUpMs).toBeGreaterThan(290);
  expect(heldUpMs).toBeLessThanOrEqual(performance.now() - dueAt);
  eventLoop.sampled(dueAt);
  eventLoop.takeBack();
  await delay(50);
  expect(eventLoop.stalledMsSince(before)).toBeCloseTo(heldUpMs, 0);
  expect(eventLoop.takeP99Ms()).toBeGreaterThan(290);
});

it('takes samples of its own again when nobody else does', async () => {
  const eventLoop = await startedDelay();
  eventLoop.leaveToOthers();
  eventLoop.takeBack();
  eventLoop.takeBack();
  const before = performance.now();
  block(200);
  await delay(30);
  block(20);
  await delay(30);
  expect(eventLoop.longestDelayMs(before, performance.now())).toBeGreaterThan(180);
  expect(eventLoop.longestDelayMs(before, performance.now())).toBeLessThan(205);
});
