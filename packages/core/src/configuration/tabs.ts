// Tabs, about which readers of YAML have different opinions wherever they could be indentation or separate values.

import { EVENT_ID, type Event, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';

/** Whether all tabs are inside of quotes that end in the line where they began, or inside of comments, where they mean nothing. */
export function tabsMeanNothing(text: string, events: readonly Event[]): boolean {
  let at = text.indexOf('\t');
  if (at === -1) return true;
  const quoted = events.filter(isQuoted);
  let next = 0;
  for (; at !== -1; at = text.indexOf('\t', at + 1)) {
    const lineStart = text.lastIndexOf('\n', at) + 1;
    const lineEnd = text.indexOf('\n', at);
    // The first that ends behind the beginning of the line.
    while ((quoted[next]?.valueEnd ?? Infinity) < lineStart) next++;
    const line = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd);
    if (!meansNothing(line, at, lineStart, quotedIn(quoted, next, lineStart + line.length))) return false;
  }
  return true;
}

function meansNothing(line: string, at: number, lineStart: number, quoted: readonly ScalarEvent[]): boolean {
  const lineEnd = lineStart + line.length;
  const isIn = (offset: number) => (each: ScalarEvent) => each.valueStart <= offset && offset < each.valueEnd;
  const around = quoted.find(isIn(at));
  if (around !== undefined) return around.valueStart > lineStart && around.valueEnd < lineEnd;
  // At the end of a line it could belong to what goes on in the next one.
  if (line.slice(at - lineStart).trim() === '') return false;
  for (const { index } of line.slice(0, at - lineStart).matchAll(/(?<=^ *| )#/g)) {
    if (!quoted.some(isIn(lineStart + index))) return true;
  }
  return false;
}

function quotedIn(quoted: readonly ScalarEvent[], from: number, lineEnd: number): readonly ScalarEvent[] {
  let to = from;
  while ((quoted[to]?.valueStart ?? Infinity) < lineEnd) to++;
  return quoted.slice(from, to);
}

function isQuoted(event: Event): event is ScalarEvent {
  if (event.type !== EVENT_ID.SCALAR) return false;
  return event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
}
