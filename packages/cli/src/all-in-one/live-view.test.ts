import type { FollowedResult, ListedTarget, Outcome } from '@everytick/core';
import { describe, expect, test } from '@jest/globals';
import { displayWidth } from '../output/table.ts';
import { liveView } from './live-view.ts';
import { Scoreboard } from './scoreboard.ts';

const start = new Date('2026-01-02T12:00:00Z');
const addresses = {
  psql: 'psql service=everytick',
  coordinator: 'http://127.0.0.1:7400',
  api: null,
  workers: [null],
  logDir: 'logs',
};

function target(id: number, name: string): ListedTarget {
  const url = `https://user:hunter2@${name}.example/a/rather/long/path?token=hunter2`;
  return {
    id,
    name,
    url,
    intervalS: 10,
    timeoutMs: 5_000,
    matchPattern: null,
    locations: ['default'],
    group: null,
    labels: {},
    options: {},
    paused: false,
    source: null,
    inMaintenance: false,
    createdAt: new Date(0),
    updatedAt: new Date(0),
    deletedAt: null,
    lastResult: null,
  };
}

function result(targetId: number, second: number, outcome: Outcome, ticks = 1): FollowedResult {
  const scheduledAt = new Date(start.getTime() + second * 1_000);
  const carriedOut = outcome !== 'missed';
  return {
    targetId,
    locationId: 1,
    scheduledAt,
    startedAt: carriedOut ? scheduledAt : null,
    outcome,
    httpStatus: carriedOut ? 200 : null,
    responseTimeUs: carriedOut ? 12_345 : null,
    errorCode: outcome === 'up' ? null : 'unclaimed',
    errorDetail: null,
    ticks,
    latenessMs: carriedOut ? 1 : null,
  };
}

function view(board: Scoreboard, width: number, height: number): string[] {
  const nowMs = start.getTime() + 20_000;
  const incidents = ['worker-1 was ended by SIGKILL; restart in 0.5 s, see .everytick/logs/worker-1.log'];
  return liveView({
    board,
    addresses,
    title: 'everytick',
    startMs: start.getTime(),
    nowMs,
    remainingMs: null,
    incidents,
    width,
    height,
  });
}

function boardOf(count: number): Scoreboard {
  const board = new Scoreboard(start);
  board.show(Array.from({ length: count }, (_, index) => target(index, `target-${index}`)));
  for (let index = 0; index < count; index++) {
    const outcome = index === count - 1 ? 'down' : 'up';
    board.add([result(index, 5, 'up'), result(index, 15, outcome)]);
  }
  return board;
}

describe('the live table', () => {
  test.each([
    [80, 24],
    [140, 50],
    [60, 12],
    [40, 8],
    [200, 200],
  ])('fits a terminal of %p by %p', (width, height) => {
    for (const count of [0, 1, 7, 300]) {
      const lines = view(boardOf(count), width, height);
      expect(lines.length).toBeLessThan(height);
      // The narrowest table has its minimum; below 80 columns a line may be cut by the terminal.
      if (width >= 80) for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }
  });

  test('shows the worst first where not all can be shown, and how many are hidden', () => {
    const lines = view(boardOf(100), 100, 30);
    const head = lines.findIndex((line) => line.startsWith('TARGET'));
    expect(lines[head + 1]).toMatch(/^target-99 .* down /);
    expect(lines.join('\n')).toMatch(/and \d+ more/);
  });

  test('keeps the order where all fit', () => {
    const names = view(boardOf(7), 100, 40).flatMap((line) => /^target-\d+/.exec(line)?.[0] ?? []);
    expect(names).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => `target-${index}`));
  });

  test('counts a run of missed ticks in full', () => {
    const board = boardOf(1);
    board.add([result(0, 16, 'missed', 12)]);
    expect(view(board, 120, 40).join('\n')).toMatch(/missed 12/);
  });

  test('never shows a password', () => {
    expect(view(boardOf(3), 200, 40).join('\n')).not.toContain('hunter2');
  });
});

describe('the scoreboard', () => {
  test('tells changes of outcome only', () => {
    const board = new Scoreboard(start);
    board.show([target(1, 'shop')]);
    const changes = board.add([result(1, 1, 'up'), result(1, 2, 'up'), result(1, 3, 'down'), result(1, 4, 'down')]);
    expect(changes.map(({ from, result: { outcome } }) => [from, outcome])).toEqual([
      [null, 'up'],
      ['up', 'down'],
    ]);
  });

  test('takes a late row of an earlier tick for history, not for the newest', () => {
    const board = new Scoreboard(start);
    board.show([target(1, 'shop')]);
    board.add([result(1, 9, 'up')]);
    expect(board.add([result(1, 3, 'missed')])).toEqual([]);
    expect(board.rows.get(1)?.last?.outcome).toBe('up');
    expect(board.totals()).toMatchObject({ up: 1, missed: 1 });
  });

  test('knows the rate of the last seconds', () => {
    const board = new Scoreboard(start);
    board.show([target(1, 'shop')]);
    for (let second = 1; second <= 30; second++) board.add([result(1, second, 'up')]);
    expect(board.checksPerSecond(start.getTime() + 30_500)).toBeCloseTo(1);
    expect(board.checks).toBe(30);
  });
});
