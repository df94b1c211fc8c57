// How long what failed is left alone, by its name: a minute, and twice as long after each further failure, an hour at most. Times are
// of performance.now().

const FIRST_MS = 60_000;
const LONGEST_MS = 60 * 60_000;

export class Setbacks {
  readonly #failed = new Map<string, { readonly pauseMs: number; readonly until: number }>();

  failed(name: string, now: number): void {
    const before = this.#failed.get(name);
    const pauseMs = before === undefined ? FIRST_MS : Math.min(before.pauseMs * 2, LONGEST_MS);
    this.#failed.set(name, { pauseMs, until: now + pauseMs });
  }

  succeeded(name: string): void {
    this.#failed.delete(name);
  }

  /** For how much longer it is left alone, ms. */
  leftMs(name: string, now: number): number {
    return Math.max(0, (this.#failed.get(name)?.until ?? now) - now);
  }
}
