// The word that someone meant who wrote another one.

/** The known word at most two edits (or a third of its letters) away, or null if none is that close. */
export function closestWord(given: string, known: readonly string[]): string | null {
  let best: { word: string; distance: number } | null = null;
  for (const word of known) {
    // No fewer edits than letters are missing.
    if (Math.abs(given.length - word.length) > Math.max(2, word.length / 3)) continue;
    const distance = editDistance(given.toLowerCase(), word.toLowerCase());
    if (distance <= Math.max(2, word.length / 3) && distance < word.length && distance < (best?.distance ?? Infinity)) {
      best = { word, distance };
    }
  }
  return best?.word ?? null;
}

// Optimal string alignment: Levenshtein's distance in which swapping two neighbours counts as one edit.
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = at(previous, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1);
      let distance = Math.min(replaced, at(previous, column) + 1, at(current, column - 1) + 1);
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        distance = Math.min(distance, at(beforePrevious, column - 2) + 1);
      }
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
