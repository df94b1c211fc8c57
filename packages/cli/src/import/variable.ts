// Variables of the other tool inside texts of a target. `${NAME}` is how Everytick's files write one, so that a text in
// which the same characters stand for themselves has to be told from it until the file is written.

// Two characters of the private use area, which no configuration of a monitor holds.
const begin = '\uE0F0';
const end = '\uE0F1';
const dollarsBefore = new RegExp(`\\$+(?=${begin})`, 'g');
const marked = new RegExp(`${begin}([A-Za-z_][A-Za-z0-9_]*)${end}`, 'g');

/** To be put into a text: the place where the value of a variable goes. */
export function variable(name: string): string {
  return `${begin}${name}${end}`;
}

export function hasVariables(text: string): boolean {
  return text.includes(begin);
}

/** The names in the order in which they come, each once. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(marked)].map(([, name = '']) => name))];
}

/** The one variable that a text consists of, or null. */
export function onlyVariable(text: string): string | null {
  const [name] = variablesIn(text);
  return name !== undefined && text === variable(name) ? name : null;
}

/**
 * As Everytick's configuration files write it: `${` that stands for itself is `$${`. Dollar signs before a variable would
 * make that of it, so they are written as what a variable holds that nobody has set.
 */
export function writtenText(text: string): string {
  return text
    .replaceAll('${', '$$${')
    .replace(dollarsBefore, (dollars) => `\${DOLLARS:-${dollars}}`)
    .replace(marked, '$${$1}');
}

/** As people read it. */
export function shownText(text: string): string {
  return text.replace(marked, '$${$1}');
}

/** With something in the place of each variable, to find out whether the rest is right. */
export function sampleText(text: string, isUrl: boolean): string {
  const sampled = isUrl && text.startsWith(begin) ? text.replace(marked, 'https://variable.example') : text;
  return sampled.replace(marked, 'x');
}

/** The same for every text in a document, its keys left alone. */
export function mapTexts(value: unknown, change: (text: string, path: readonly string[]) => string): unknown {
  return mapAt(value, change, []);
}

function mapAt(value: unknown, change: (text: string, path: readonly string[]) => string, path: string[]): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapAt(item, change, [...path, String(index)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapAt(item, change, [...path, key])]));
}
