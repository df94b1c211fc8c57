// The live table: one screen, made anew about once a second from the scoreboard. Nothing here writes.

import { formatDuration, type Outcome, showUrl } from '@everytick/core';
import { counted, formatMs, formatSpan, formatUs } from '../output/format.ts';
import { paint, paintOutcome } from '../output/paint.ts';
import { type Column, displayWidth, tableLines } from '../output/table.ts';
import { type Addresses, addressLines } from './addresses.ts';
import type { Row, Scoreboard } from './scoreboard.ts';

export interface LiveViewInput {
  readonly board: Scoreboard;
  readonly addresses: Addresses;
  readonly title: string;
  readonly startMs: number;
  /** By the database clock. */
  readonly nowMs: number;
  /** Until the run ends by itself; null if it does not. */
  readonly remainingMs: number | null;
  /** What went wrong lately, newest last. */
  readonly incidents: readonly string[];
  readonly width: number;
  readonly height: number;
}

const severity: Readonly<Record<Outcome, number>> = { missed: 0, down: 1, degraded: 2, skipped: 3, up: 4 };
const strip: Readonly<Record<Outcome, string>> = { up: '▁', degraded: '▄', down: '█', missed: '×', skipped: '·' };
const shortestHistory = 8;
const longestHistory = 40;

/** The lines of a screen, at most `height` of them, none wider than `width`. */
export function liveView(input: LiveViewInput): string[] {
  const { width, height } = input;
  const head = [...headLines(input), ''];
  const incidents = input.incidents.slice(-2).map((incident) => paint('yellow', cut(`! ${incident}`, width)));
  const stop = paint('dim', 'Ctrl-C stops everything; what was recorded stays.');
  // log-update keeps the cursor on a line of its own below.
  const room = height - 1;
  let foot = ['', ...incidents, ...addressLines(input.addresses).map((line) => cut(line, width)), stop];
  const rows = [...input.board.rows.values()];
  // On a low screen the table goes before the addresses.
  const wantedRows = Math.min(rows.length, 5) + 1;
  if (head.length + wantedRows + foot.length > room) foot = ['', ...incidents, stop];
  const tableRoom = Math.max(2, room - head.length - foot.length);
  return [...head, ...rowLines(rows, input, tableRoom), ...foot].slice(0, Math.max(1, room));
}

function headLines({ board, title, startMs, nowMs, remainingMs, width }: LiveViewInput): string[] {
  const facts = [
    paint('bold', title),
    formatSpan(nowMs - startMs) + (remainingMs === null ? '' : `, ${formatSpan(remainingMs + 999)} to go`),
    counted(board.rows.size, 'target'),
    `${board.checksPerSecond(nowMs).toFixed(1)} checks/s`,
  ];
  const lateness = board.lateness();
  const late = lateness === null ? [] : [`   lateness p50 ${formatMs(lateness.p50)}, p99 ${formatMs(lateness.p99)}`];
  const totals = board.totals();
  const counts = (Object.keys(totals) as Outcome[])
    .filter((outcome) => totals[outcome] > 0 || outcome === 'up' || outcome === 'down' || outcome === 'missed')
    .map((outcome) => `${totals[outcome] > 0 ? paintOutcome(outcome) : paint('dim', outcome)} ${totals[outcome]}`);
  return [cut(facts.join('  '), width), cut(['since the start:', ...counts, ...late].join('  '), width)];
}

function rowLines(rows: readonly Row[], input: LiveViewInput, room: number): string[] {
  const fits = rows.length + 1 <= room;
  // Names keep their place as long as all can be seen; else what needs attention comes first.
  const sorted = fits ? rows : [...rows].sort((a, b) => rank(a) - rank(b));
  const shown = sorted.slice(0, fits ? rows.length : Math.max(1, room - 2));
  const lines = withHistory(shown, input);
  const hidden = rows.length - shown.length;
  return hidden === 0 ? lines : [...lines, paint('dim', `and ${hidden} more, none of them worse`)];
}

function rank(row: Row): number {
  return row.last === null ? severity.skipped : severity[row.last.outcome];
}

/** Lays the table out without its last column, which then takes what is left of the width. */
function withHistory(rows: readonly Row[], { width, nowMs }: LiveViewInput): string[] {
  const counted: Outcome[] = rows.some((row) => row.counts.degraded > 0)
    ? ['up', 'degraded', 'down', 'missed']
    : ['up', 'down', 'missed'];
  const anyError = rows.some((row) => row.last !== null && row.last.errorCode !== null);
  const columns: Column[] = [
    { head: 'TARGET', shrinkTo: 12 },
    { head: 'URL', shrinkTo: 18, dispensable: 3 },
    { head: 'EVERY', align: 'right', dispensable: 1 },
    { head: 'OUTCOME' },
    { head: 'HTTP', align: 'right' },
    { head: 'TIME', align: 'right' },
    { head: 'AGO', align: 'right' },
    ...counted.map((outcome): Column => ({ head: outcome.toUpperCase(), align: 'right' })),
    ...(anyError ? [{ head: 'ERROR', shrinkTo: 16, dispensable: 2 }] : []),
  ];
  const cells = rows.map(({ target, last, counts }) => [
    target.name,
    showUrl(target.url),
    formatDuration(target.intervalS * 1_000),
    target.paused ? paint('dim', 'paused') : last === null ? paint('dim', '...') : paintOutcome(last.outcome),
    String(last?.httpStatus ?? '-'),
    formatUs(last?.responseTimeUs ?? null),
    last === null ? '-' : formatSpan(nowMs - (last.startedAt ?? last.scheduledAt).getTime()),
    ...counted.map((outcome) => countCell(outcome, counts[outcome])),
    ...(anyError ? [last?.errorCode ?? ''] : []),
  ]);
  const lines = tableLines(columns, cells, width - 2 - shortestHistory);
  const tableWidth = Math.max(...lines.map(displayWidth));
  const historyWidth = Math.min(longestHistory, width - tableWidth - 2);
  if (historyWidth < shortestHistory) return lines;
  return lines.map((line, index) => {
    const history = rows[index - 1]?.history.slice(-historyWidth) ?? [];
    const last =
      index === 0 ? paint('dim', 'HISTORY') : history.map((outcome) => paintOutcome(outcome, strip[outcome])).join('');
    return `${line}${' '.repeat(tableWidth - displayWidth(line) + 2)}${last}`;
  });
}

function countCell(outcome: Outcome, count: number): string {
  if (count === 0) return paint('dim', '0');
  return outcome === 'up' ? String(count) : paintOutcome(outcome, String(count));
}

// Styles are closed at the end of each piece of text, so a line is cut before it is painted wherever it can be too long;
// what is cut here loses its colours.
function cut(line: string, width: number): string {
  if (displayWidth(line) <= width) return line;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the beginning of a colour
  const plain = line.replace(/\u001b\[[\d;]*m/g, '');
  return `${[...plain].slice(0, Math.max(0, width - 1)).join('')}…`;
}
