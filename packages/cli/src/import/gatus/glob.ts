// `pat(...)`: Go's filepath.Match, always over the whole text. `*` is any text, `?` any character, `[a-z]` and `[^a-z]` are
// classes, `\` takes the next character as it is. Gatus removes all slashes from text and pattern before it compares;
// here they count.

import { quoted } from './quoted.ts';

interface Piece {
  /** In RE2 syntax, in which `.` has to match line breaks as well. */
  readonly source: string;
  readonly star: boolean;
}

/** As a pattern in RE2 syntax for all of a text that may have white space around it, or null where the glob is malformed. */
export function globPattern(glob: string, around = ''): string | null {
  const pieces = piecesOf(glob);
  if (pieces === null) return null;
  const first = pieces.findIndex(({ star }) => !star);
  if (first < 0) return pieces.length === 0 ? `^${around}$` : '(?s)^.*$';
  const last = pieces.findLastIndex(({ star }) => !star);
  // A star at either end means that anything may stand there, which a pattern without an anchor says as well.
  const inner = pieces
    .slice(first, last + 1)
    .map(({ source }) => source)
    .join('');
  const begin = first === 0 ? `^${around}` : '';
  const end = last === pieces.length - 1 ? `${around}$` : '';
  return `(?s)${begin}${inner}${end}`;
}

function piecesOf(glob: string): Piece[] | null {
  const pieces: Piece[] = [];
  const characters = [...glob];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '*') {
      if (pieces.at(-1)?.star !== true) pieces.push({ source: '.*', star: true });
    } else if (character === '?') {
      pieces.push({ source: '.', star: false });
    } else if (character === '[') {
      const read = readClass(characters, at + 1);
      if (read === null) return null;
      pieces.push({ source: read.source, star: false });
      at = read.end;
    } else if (character === '\\') {
      at++;
      const next = characters[at];
      if (next === undefined) return null;
      pieces.push({ source: quoted(next), star: false });
    } else {
      pieces.push({ source: quoted(character), star: false });
    }
  }
  return pieces;
}

/** From behind `[`; `end` is where its `]` is. */
function readClass(
  characters: readonly string[],
  from: number,
): { readonly source: string; readonly end: number } | null {
  let at = from;
  const negated = characters[at] === '^';
  if (negated) at++;
  const one = (): string | null => {
    if (characters[at] === '\\') at++;
    else if (characters[at] === '-' || characters[at] === ']') return null;
    return characters[at++] ?? null;
  };
  let ranges = '';
  while (characters[at] !== ']' || ranges === '') {
    const low = one();
    if (low === null) return null;
    let high: string | null = low;
    if (characters[at] === '-') {
      at++;
      high = one();
    }
    if (high === null || high < low) return null;
    ranges += low === high ? inClass(low) : `${inClass(low)}-${inClass(high)}`;
  }
  return { source: `[${negated ? '^' : ''}${ranges}]`, end: at };
}

function inClass(character: string): string {
  return /[\\\]^[-]/.test(character) ? `\\${character}` : character;
}
