// What a process exports on /metrics, as Prometheus reads it.

export interface Scrape {
  /** Of the series as it is written there, with labels in its own order; undefined where there is none. */
  value(series: string): number | undefined;
  /** As they are written there. */
  readonly series: readonly string[];
  readonly text: string;
}

/** `statusUrl`: what `serve()` of a process resolves with. */
export async function scrape(statusUrl: string): Promise<Scrape> {
  const response = await fetch(`${statusUrl}/metrics`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${statusUrl}/metrics answers ${response.status}: ${text}`);
  const values = new Map(
    [...text.matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm)].map(([, series = '', value]) => [series, Number(value)]),
  );
  return { value: (series) => values.get(series), series: [...values.keys()], text };
}
