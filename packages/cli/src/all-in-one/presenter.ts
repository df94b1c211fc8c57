// What a run of `up` says while it goes on: a live table in a terminal, lines elsewhere.

import { createLogUpdate } from 'log-update';
import { printLine } from '../output/print.ts';
import { type Addresses, addressEntries } from './addresses.ts';
import { type LiveViewInput, liveView } from './live-view.ts';
import { changeLine, progressLine } from './plain-view.ts';
import type { Change } from './scoreboard.ts';

export type Screen = Omit<LiveViewInput, 'incidents' | 'width' | 'height'>;

export interface Presenter {
  /** Something was done on the way to the first check, or to the end. */
  say(line: string): void;
  /** Something went wrong, or has come right again. */
  incident(line: string): void;
  /** Everything runs. */
  running(addresses: Addresses): void;
  /** About once a second. */
  update(screen: Screen, changes: readonly Change[]): void;
  /** No update follows. What is on the screen stays there. */
  close(): void;
}

/** The presenter for where standard output goes. */
export function createPresenter(): Presenter {
  return process.stdout.isTTY ? new LivePresenter() : new PlainPresenter();
}

const keptIncidents = 20;

class LivePresenter implements Presenter {
  readonly #write = createLogUpdate(process.stdout);
  readonly #incidents: string[] = [];
  #live = false;
  // The terminal has laid out its old lines anew, so that nobody knows where they are: begin with an empty screen.
  readonly #onResize = () => {
    this.#write.clear();
    process.stdout.write('\u001b[H\u001b[J');
  };

  say(line: string): void {
    if (this.#live) this.#write.persist(line);
    else printLine(line);
  }

  incident(line: string): void {
    this.#incidents.push(`${new Date().toISOString().slice(11, 19)} ${line}`);
    this.#incidents.splice(0, this.#incidents.length - keptIncidents);
    if (!this.#live) printLine(line);
  }

  running(): void {
    printLine();
    this.#live = true;
    process.stdout.on('resize', this.#onResize);
  }

  update(screen: Screen): void {
    const { columns = 80, rows = 24 } = process.stdout;
    this.#write(liveView({ ...screen, incidents: this.#incidents, width: columns, height: rows }).join('\n'));
  }

  close(): void {
    process.stdout.off('resize', this.#onResize);
    if (this.#live) this.#write.done();
    this.#live = false;
  }
}

const progressEveryMs = 5_000;

class PlainPresenter implements Presenter {
  #progressAtMs = 0;

  say(line: string): void {
    printLine(`${new Date().toISOString()} ${line}`);
  }

  incident(line: string): void {
    this.say(`! ${line}`);
  }

  running(addresses: Addresses): void {
    for (const [label, text] of addressEntries(addresses)) this.say(`${label}: ${text}`);
    this.say(`Ctrl-C, or SIGTERM to process ${process.pid}, stops everything; what was recorded stays`);
  }

  update({ board, nowMs }: Screen, changes: readonly Change[]): void {
    for (const change of changes) this.say(changeLine(change));
    // The first moment counts too: a summary of nothing is no news.
    if (this.#progressAtMs === 0) this.#progressAtMs = nowMs;
    if (nowMs - this.#progressAtMs < progressEveryMs) return;
    this.#progressAtMs = nowMs;
    this.say(progressLine(board, nowMs));
  }

  close(): void {
    // Lines have nothing to tidy up.
  }
}
