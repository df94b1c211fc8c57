import { setTimeout as delay } from 'node:timers/promises';
import { atEnd, eventually } from '@everytick/testing';
import { expect, it } from '@jest/globals';
import { Deadlines } from './deadlines.ts';

function setUp() {
  const deadlines = new Deadlines();
  atEnd(() => Promise.resolve(deadlines.close()));
  const passedMs = new Map<string, number>();
  const startedAt = performance.now();
  const start = (name: string, timeoutMs: number) =>
    deadlines.start(performance.now(), timeoutMs, () => passedMs.set(name, performance.now() - startedAt));
  return { deadlines, passedMs, start };
}

it('passes each deadline once, at its own moment, whatever the order in which they were set', async () => {
  const { passedMs, start } = setUp();
  start('late', 150);
  start('early', 50);
  start('middle', 100);
  await eventually(() => passedMs.size === 3);
  expect([...passedMs.keys()]).toEqual(['early', 'middle', 'late']);
  for (const [name, dueMs] of [
    ['early', 50],
    ['middle', 100],
    ['late', 150],
  ] as const) {
    expect(passedMs.get(name)).toBeGreaterThan(dueMs - 2);
  }
});

it('does not pass one that was cleared, and passes those that come after it', async () => {
  const { passedMs, start } = setUp();
  start('cleared', 20).clear();
  start('kept', 60);
  await eventually(() => passedMs.has('kept'));
  expect(passedMs.has('cleared')).toBe(false);
  start('later', 20);
  await eventually(() => passedMs.has('later'));
});

it('does not count the time for which it is paused', async () => {
  const { passedMs, start } = setUp();
  const paused = start('paused', 80);
  paused.pause();
  paused.pause();
  await delay(120);
  expect(passedMs.size).toBe(0);
  paused.resume();
  paused.resume();
  expect(paused.atMs - performance.now()).toBeGreaterThan(50);
  await eventually(() => passedMs.has('paused'));
  expect(passedMs.get('paused')).toBeGreaterThan(195);
});

it('takes a timeout that is longer than a timer can be', async () => {
  const { passedMs, start } = setUp();
  start('never', 2 ** 40);
  start('soon', 20);
  await eventually(() => passedMs.has('soon'));
  expect(passedMs.has('never')).toBe(false);
});

it('passes none after it was closed', async () => {
  const { deadlines, passedMs, start } = setUp();
  start('closed', 20);
  deadlines.close();
  await delay(60);
  expect(passedMs.size).toBe(0);
});
