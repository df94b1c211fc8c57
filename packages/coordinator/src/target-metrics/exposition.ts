// Writes the answer: the text format 0.0.4 of Prometheus, straight from the rows, with pauses so that nothing else in this
// process waits for it. 10,000 targets are some 200,000 lines; prom-client would keep each of them as an object, and write all
// of them in one piece.
//
// No sample has a timestamp: with one, Prometheus would not mark a series that is gone as stale, and would go on showing its
// last value for five minutes.

import { setImmediate as pause } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import { families, linesOfTarget } from './families.ts';
import { labelsOf } from './labels.ts';
import { type TargetRow, type TargetRows, unpacked } from './target-row.ts';

/** How long one piece of work may take, about. */
const PIECE_MS = 5;
/** Characters in one chunk of the answer. */
const CHUNK = 16 * 1024;
/** Beside the labels: the name, a label of its own, the value. */
const REST_OF_LINE = 80;
/** Of the whole answer, about. Only labels of uncommon length come to it before the limit on targets does. */
const LONGEST_ANSWER = 256 * 1024 * 1024;

/** What the answer says of itself. */
export interface Account {
  /** Pairs of target and location that it covers. */
  readonly targets: number;
  /** Pairs left out. */
  readonly truncated: number;
  readonly readingS: number;
}

/** Ends the answer too. Rows that would make it longer than `longest` bytes are left out, from the end. */
export async function writeAnswer(
  answer: Answer,
  { rows: packed, leftOut }: TargetRows,
  readingS: number,
  longest = LONGEST_ANSWER,
): Promise<void> {
  const pauses = new Pauses();
  const rows: TargetRow[] = [];
  const labels: string[] = [];
  const ownLabels = new Map<string, string>();
  let bytes = 0;
  for (const each of packed) {
    const row = unpacked(each);
    const text = labelsOf(row, ownLabels);
    bytes += linesOfTarget * (Buffer.byteLength(text) + REST_OF_LINE);
    if (bytes > longest) break;
    rows.push(row);
    labels.push(text);
    if (labels.length % 64 === 0) await pauses.ifDue();
  }
  const targets = labels.length;
  await answer.write(accountText({ targets, truncated: leftOut + packed.length - targets, readingS }));
  for (const { name, help, samples } of families) {
    let text = head(name, help);
    for (let index = 0; index < targets; index++) {
      const row = rows[index] as TargetRow;
      const start = name + labels[index];
      for (const { end, value } of samples) {
        const written = value(row);
        if (written !== null) text += `${start}${end}${written}\n`;
      }
      if (text.length < CHUNK) continue;
      await answer.write(text);
      text = '';
      await pauses.ifDue();
    }
    await answer.write(text);
  }
  answer.end();
}

/** All that a coordinator has to say that does not lead. */
export function accountText({ targets, truncated, readingS }: Account): string {
  const gauge = (name: string, help: string, value: number) => `${head(name, help)}${name} ${value}\n`;
  return (
    gauge('everytick_target_metrics_targets', 'Pairs of target and location that this answer covers.', targets) +
    gauge('everytick_target_metrics_truncated', 'Pairs of target and location that it leaves out.', truncated) +
    gauge('everytick_target_metrics_duration_seconds', 'How long reading them from the database took.', readingS)
  );
}

const head = (name: string, help: string) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;

/** Lets others go first after each piece of work. */
class Pauses {
  #since = performance.now();

  async ifDue(): Promise<void> {
    if (performance.now() - this.#since < PIECE_MS) return;
    await pause();
    this.#since = performance.now();
  }
}
