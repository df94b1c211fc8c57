// What Prometheus reads out of the text format 0.0.4.

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/** Throws at the first line that is not as the format says, and where a series or a label stands there twice. */
export function parseSamples(text: string): Sample[] {
  if (!text.endsWith('\n')) throw new Error('the last line is not complete');
  const seen = new Set<string>();
  return text.split('\n').flatMap((line) => {
    if (line === '' || line.startsWith('#')) return [];
    const [, name, inBraces, value] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined || !Number.isFinite(Number(value))) throw new Error(`this is no sample: ${line}`);
    const labels = labelsIn(inBraces ?? '');
    const series = JSON.stringify([name, Object.entries(labels).sort()]);
    if (seen.has(series)) throw new Error(`this series is there twice: ${line}`);
    seen.add(series);
    return [{ name, labels, value: Number(value) }];
  });
}

function labelsIn(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  labelPattern.lastIndex = 0;
  while (labelPattern.lastIndex < text.length) {
    const at = labelPattern.lastIndex;
    const [, name = '', value = ''] = labelPattern.exec(text) ?? [];
    if (name === '' || Object.hasOwn(labels, name)) throw new Error(`these are no labels: ${text.slice(at)}`);
    labels[name] = value.replaceAll(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character));
  }
  return labels;
}
