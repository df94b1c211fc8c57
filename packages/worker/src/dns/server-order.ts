// Which of several servers to ask first: the first one, unless it was silent lately.
//
// With the first server dead, each question would wait for it before it asks the next one. A server that was silent while
// another one answered goes to the end of the list. One question in ten seconds tries it again in its old place; if it
// answers, it has its place back.

const TRY_AGAIN_MS = 10_000;

export class ServerOrder {
  readonly #tryAgainMs: number;
  readonly #tryAgainAtMs = new Map<string, number>();

  constructor(tryAgainMs = TRY_AGAIN_MS) {
    this.#tryAgainMs = tryAgainMs;
  }

  order(servers: readonly string[]): readonly string[] {
    if (this.#tryAgainAtMs.size === 0 || servers.length < 2) return servers;
    const nowMs = performance.now();
    const good: string[] = [];
    const silent: string[] = [];
    for (const server of servers) {
      const tryAgainAtMs = this.#tryAgainAtMs.get(server);
      if (tryAgainAtMs === undefined) good.push(server);
      else if (nowMs < tryAgainAtMs) silent.push(server);
      else {
        this.#tryAgainAtMs.set(server, nowMs + this.#tryAgainMs);
        good.push(server);
      }
    }
    return [...good, ...silent];
  }

  answered(server: string): void {
    if (this.#tryAgainAtMs.size > 0) this.#tryAgainAtMs.delete(server);
  }

  /** It was asked, and another one that was asked later has answered before it. */
  wasSilent(server: string): void {
    this.#tryAgainAtMs.set(server, performance.now() + this.#tryAgainMs);
  }

  forget(): void {
    this.#tryAgainAtMs.clear();
  }
}
