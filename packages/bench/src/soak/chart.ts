// Time series as an SVG picture: small panels under one another that share the axis of time.

import { decades, roundMarks, timeMarks } from './axis.ts';

export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
  /** For figures of very different sizes. */
  readonly logarithmic?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly subtitle: string;
  /** Of the values of all series, in order. */
  readonly seconds: readonly number[];
  readonly panels: readonly Panel[];
}

const WIDTH = 900;
const PANEL = 150;
const GAP = 46;
const LEFT = 64;
const RIGHT = 165;
const TOP = 74;
/** Told apart by people who do not see all colours (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'];
const INK = '#333';
const FAINT = '#ddd';

export function chartSvg({ title, subtitle, seconds, panels }: Chart): string {
  const height = TOP + panels.length * (PANEL + GAP);
  const end = Math.max(1, seconds.at(-1) ?? 1);
  const x = (second: number) => LEFT + (second / end) * (WIDTH - LEFT - RIGHT);
  const drawn = panels.map((panel, index) => panelSvg(panel, seconds, x, TOP + index * (PANEL + GAP), end));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="11" fill="${INK}">
<rect width="100%" height="100%" fill="white"/>
<text x="${LEFT}" y="24" font-size="16" font-weight="bold">${escaped(title)}</text>
<text x="${LEFT}" y="42">${escaped(subtitle)}</text>
${drawn.join('\n')}
</svg>
`;
}

function panelSvg(
  { title, series, logarithmic = false }: Panel,
  seconds: readonly number[],
  x: (second: number) => number,
  top: number,
  end: number,
): string {
  const shown = series.flatMap(({ values }) => values).filter((value) => Number.isFinite(value));
  const positive = shown.filter((value) => value > 0);
  const marks =
    logarithmic && positive.length > 0
      ? decades(Math.min(...positive), Math.max(...positive))
      : roundMarks(0, Math.max(...shown, 0) || 1, 4);
  const [low, high] = [marks[0] ?? 0, marks.at(-1) ?? 1];
  const scale = (value: number) => (logarithmic ? Math.log10(Math.max(value, low)) : value);
  const y = (value: number) => top + PANEL - ((scale(value) - scale(low)) / (scale(high) - scale(low))) * PANEL;

  const parts = [`<text x="${LEFT}" y="${top - 8}" font-weight="bold">${escaped(title)}</text>`];
  for (const mark of marks) {
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(mark))}" y2="${at(y(mark))}" stroke="${FAINT}"/>`,
      `<text x="${LEFT - 6}" y="${at(y(mark) + 4)}" text-anchor="end">${mark.toLocaleString('en-US')}</text>`,
    );
  }
  for (const { at: second, label } of timeMarks(end)) {
    parts.push(
      `<line x1="${at(x(second))}" x2="${at(x(second))}" y1="${top + PANEL}" y2="${top + PANEL + 4}" stroke="${INK}"/>`,
      `<text x="${at(x(second))}" y="${top + PANEL + 16}" text-anchor="middle">${label}</text>`,
    );
  }
  for (const [index, { name, values }] of series.entries()) {
    const colour = COLOURS[index % COLOURS.length];
    const points = values.flatMap((value, place) =>
      Number.isFinite(value) ? [`${at(x(seconds[place] ?? 0))},${at(y(value))}`] : [],
    );
    const labelY = top + 10 + index * 16;
    parts.push(
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-linejoin="round"/>`,
      `<line x1="${WIDTH - RIGHT + 10}" x2="${WIDTH - RIGHT + 26}" y1="${labelY - 4}" y2="${labelY - 4}" stroke="${colour}" stroke-width="3"/>`,
      `<text x="${WIDTH - RIGHT + 32}" y="${labelY}">${escaped(name)}</text>`,
    );
  }
  return `<g>${parts.join('\n')}</g>`;
}

const at = (position: number) => position.toFixed(1);

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
